// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a picture of boxes and arrows back out of its characters: which box each arrow comes from, which one it leads
 * to, and what is written beside it. A picture that cannot be read is an {@link AssertionError}.
 */
final class ExplainPicture {
    /** How far a label may stand from its line, in columns and in rows. */
    private static final int NEAR = 2;

    private final List<String> rows;
    private final List<Box> boxes = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final Set<Cell> onLines = new HashSet<>();

    /** One character's place. */
    record Cell(int row, int column) {
        Cell step(Direction direction) {
            return new Cell(row + direction.down, column + direction.right);
        }
    }

    /** An arrow: its two boxes and the characters between them. */
    record Line(TcpState from, TcpState to, Set<Cell> cells) {}

    /** A piece of text beside the lines. */
    record Label(String text, int row, int start) {
        private int end() {
            return start + text.length() - 1;
        }
    }

    private record Box(TcpState state, int top, int left, int bottom, int right) {
        boolean contains(Cell cell) {
            return cell.row() >= top && cell.row() <= bottom && cell.column() >= left && cell.column() <= right;
        }
    }

    private enum Direction {
        UP(-1, 0, '^', '|'),
        DOWN(1, 0, 'v', '|'),
        LEFT(0, -1, '<', '-'),
        RIGHT(0, 1, '>', '-');

        private final int down;
        private final int right;
        private final char head;
        private final char line;

        Direction(int down, int right, char head, char line) {
            this.down = down;
            this.right = right;
            this.head = head;
            this.line = line;
        }

        Direction opposite() {
            return switch (this) {
                case UP -> DOWN;
                case DOWN -> UP;
                case LEFT -> RIGHT;
                case RIGHT -> LEFT;
            };
        }

        boolean isAcross(Direction other) {
            return line != other.line;
        }
    }

    ExplainPicture(List<String> rows) {
        this.rows = rows;
        for (TcpState state : TcpState.values()) {
            findBoxes(state);
        }
        for (Cell cell : cells()) {
            for (Direction direction : Direction.values()) {
                if (isHead(cell, direction)) {
                    follow(cell, direction);
                }
            }
        }
        for (int row = 0; row < rows.size(); row++) {
            findLabels(row);
        }
    }

    List<Line> lines() {
        return lines;
    }

    List<Label> labels() {
        return labels;
    }

    long boxesOf(TcpState state) {
        return boxes.stream().filter(box -> box.state() == state).count();
    }

    /** What the box of the state says under its name. */
    String textUnder(TcpState state) {
        Box box = boxes.stream()
                .filter(each -> each.state() == state)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no box for " + state));
        return rows.get(box.bottom() - 1).substring(box.left() + 1, box.right()).strip();
    }

    /** Characters that look like a part of a line and belong to no arrow. */
    List<Cell> strayCells() {
        return cells().stream()
                .filter(cell -> "-|+<>^".indexOf(at(cell)) >= 0 && !isInBox(cell) && !onLines.contains(cell))
                .toList();
    }

    /** Whether exactly this text stands beside the line. */
    boolean standsNear(String text, Line line) {
        return labels.stream()
                .filter(label -> label.text().equals(text))
                .anyMatch(label -> line.cells().stream()
                        .anyMatch(cell -> Math.abs(cell.row() - label.row()) <= NEAR
                                && Math.max(label.start() - cell.column(), cell.column() - label.end()) <= NEAR));
    }

    private void findBoxes(TcpState state) {
        for (int row = 1; row + 2 < rows.size(); row++) {
            String text = rows.get(row);
            for (int left = text.indexOf('|'); left >= 0; left = text.indexOf('|', left + 1)) {
                int right = text.indexOf('|', left + 1);
                if (right > 0 && text.substring(left + 1, right).strip().equals(state.displayName())) {
                    boxes.add(new Box(state, row - 1, left, row + 2, right));
                }
            }
        }
    }

    /** An arrow head touches the box it points at; so a letter v in a label is none. */
    private boolean isHead(Cell cell, Direction direction) {
        return at(cell) == direction.head && !isInBox(cell) && isInBox(cell.step(direction));
    }

    private void follow(Cell head, Direction ahead) {
        Set<Cell> cells = new HashSet<>(Set.of(head));
        Direction direction = ahead.opposite();
        Cell cell = head.step(direction);
        while (!isInBox(cell)) {
            if (!cells.add(cell)) {
                throw new AssertionError("the line to " + head + " runs in a circle");
            }
            if (at(cell) == '+') {
                direction = turn(cell, direction);
            } else if (at(cell) != direction.line) {
                throw new AssertionError("the line to " + head + " breaks off at " + cell);
            }
            cell = cell.step(direction);
        }
        onLines.addAll(cells);
        lines.add(new Line(boxAt(cell).state(), boxAt(head.step(ahead)).state(), cells));
    }

    private Direction turn(Cell corner, Direction before) {
        List<Direction> ways = new ArrayList<>();
        for (Direction way : Direction.values()) {
            if (way.isAcross(before) && at(corner.step(way)) == way.line) {
                ways.add(way);
            }
        }
        if (ways.size() != 1) {
            throw new AssertionError("the line has " + ways.size() + " ways to go at " + corner);
        }
        return ways.get(0);
    }

    /** A label ends at a line, at a box, before two blanks, and before the blank and slash of what is sent. */
    private void findLabels(int row) {
        StringBuilder open = new StringBuilder();
        String text = rows.get(row);
        for (int column = 0; column <= text.length(); column++) {
            Cell cell = new Cell(row, column);
            boolean gap = at(cell) == ' ' && " /".indexOf(at(cell.step(Direction.RIGHT))) >= 0;
            if (column == text.length() || isInBox(cell) || onLines.contains(cell) || gap) {
                String label = open.toString().strip();
                if (!label.isEmpty()) {
                    labels.add(new Label(
                            label, row, column - open.toString().stripLeading().length()));
                }
                open.setLength(0);
            } else {
                open.append(at(cell));
            }
        }
    }

    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < rows.get(row).length(); column++) {
                cells.add(new Cell(row, column));
            }
        }
        return cells;
    }

    private boolean isInBox(Cell cell) {
        return boxes.stream().anyMatch(box -> box.contains(cell));
    }

    private Box boxAt(Cell cell) {
        return boxes.stream().filter(box -> box.contains(cell)).findFirst().orElseThrow();
    }

    private char at(Cell cell) {
        boolean inside = cell.row() >= 0
                && cell.row() < rows.size()
                && cell.column() >= 0
                && cell.column() < rows.get(cell.row()).length();
        return inside ? rows.get(cell.row()).charAt(cell.column()) : ' ';
    }
}
