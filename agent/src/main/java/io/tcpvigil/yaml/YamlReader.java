// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import io.tcpvigil.text.PlainText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Builds values from the parser's events. What the parser's own builder does beyond that, a settings file has no use for. */
final class YamlReader {
    /** Deep enough for any settings, and far from what the stack holds. */
    static final int DEEPEST = 16;

    private static final int LONGEST_PROBLEM = 200;

    private final String file;
    private final String text;
    private final Iterator<Event> events;

    YamlReader(String file, String text) {
        this.file = file;
        this.text = text;
        this.events =
                new Parse(LoadSettings.builder().build()).parseString(text).iterator();
    }

    YamlMapping read() {
        Place top = new Place(file, 1, "");
        try {
            expect(Event.ID.StreamStart);
            Event first = events.next();
            if (first.getEventId() == Event.ID.StreamEnd) {
                return new YamlMapping(top, Map.of());
            }
            YamlValue document = value(top, events.next(), 0);
            expect(Event.ID.DocumentEnd);
            Event after = events.next();
            if (after.getEventId() != Event.ID.StreamEnd) {
                throw at(top, after).error("a second document begins; write one");
            }
            if (document instanceof YamlMapping mapping) {
                return mapping;
            }
            if (document instanceof YamlScalar scalar && scalar.isNothing()) {
                return new YamlMapping(top, Map.of());
            }
            throw document.place().error("write keys with values, such as key: value");
        } catch (YamlEngineException notYaml) {
            throw new YamlException(
                    file + ":" + line(notYaml) + ": is not YAML: "
                            + PlainText.oneLine(problem(notYaml), LONGEST_PROBLEM),
                    notYaml);
        }
    }

    private YamlValue value(Place place, Event event, int depth) {
        refuseWhatIsNotUsed(place, event);
        if (event instanceof ScalarEvent scalar) {
            return new YamlScalar(place, scalar.getValue(), scalar.isPlain());
        }
        if (depth >= DEEPEST) {
            throw place.error("is more than " + DEEPEST + " levels deep");
        }
        return event.getEventId() == Event.ID.MappingStart ? mapping(place, depth) : list(place, depth);
    }

    private YamlMapping mapping(Place place, int depth) {
        Map<String, YamlValue> values = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            Place keyPlace = at(place, event);
            refuseWhatIsNotUsed(keyPlace, event);
            if (!(event instanceof ScalarEvent scalar) || scalar.getValue().isEmpty()) {
                throw keyPlace.error("write a name before the colon");
            }
            String key = scalar.getValue();
            YamlValue before = values.get(key);
            Place valuePlace = place.key(key, keyPlace.line());
            if (before != null) {
                throw valuePlace.error(
                        "is there twice, first on line " + before.place().line());
            }
            values.put(key, value(valuePlace, events.next(), depth + 1));
        }
        return new YamlMapping(place, values);
    }

    private YamlList list(Place place, int depth) {
        List<YamlValue> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(value(place.item(items.size(), at(place, event).line()), event, depth + 1));
        }
        return new YamlList(place, items);
    }

    /** An alias may stand for a large part of the file, which may hold aliases: a short file would become a huge one. */
    private static void refuseWhatIsNotUsed(Place place, Event event) {
        if (event instanceof AliasEvent
                || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
            throw place.error("anchors (&) and aliases (*) are not used here; quote text that begins so");
        }
        Optional<String> tag = Optional.empty();
        if (event instanceof ScalarEvent scalar) {
            tag = scalar.getTag();
        } else if (event instanceof CollectionStartEvent collection) {
            tag = collection.getTag();
        }
        if (tag.isPresent()) {
            throw place.error("tags (!) are not used here; quote text that begins so");
        }
    }

    private void expect(Event.ID id) {
        Event.ID is = events.next().getEventId();
        if (is != id) {
            throw new IllegalStateException(is + " where " + id + " belongs");
        }
    }

    private static Place at(Place place, Event event) {
        return new Place(
                place.file(),
                event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1),
                place.path());
    }

    private static String problem(YamlEngineException notYaml) {
        String problem =
                notYaml instanceof MarkedYamlEngineException marked ? marked.getProblem() : notYaml.getMessage();
        return String.valueOf(problem).lines().findFirst().orElse("");
    }

    private long line(YamlEngineException notYaml) {
        if (notYaml instanceof MarkedYamlEngineException marked) {
            Optional<Mark> mark = marked.getProblemMark().or(marked::getContextMark);
            return mark.isPresent() ? mark.get().getLine() + 1L : 1;
        }
        if (notYaml instanceof ReaderException reader) {
            return 1
                    + text.codePoints()
                            .limit(reader.getPosition())
                            .filter(c -> c == '\n')
                            .count();
        }
        return 1;
    }
}
