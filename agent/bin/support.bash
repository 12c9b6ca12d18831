# shellcheck shell=bash disable=SC2154 # What the sourcing script sets is not assigned here.
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts beside this file share: finding and installing Java and Maven, building, making the start-up archive.
# Expects $agent: the directory above this one. Sourced at every start, so nothing here may run a program on its own.

readonly OLDEST_JAVA=17
readonly EX_UNAVAILABLE=69

root=${agent%/*}
# As old as the beginning of the last good build.
stamp=$agent/target/start/built

say() {
    printf 'tcpvigil: %s\n' "$*" >&2
}

give_up() {
    say "$*"
    exit "$EX_UNAVAILABLE"
}

# read_java HOME PROGRAM: whether HOME is a Java that will do and has bin/PROGRAM (java, or javac for a build).
# Sets java_version and java_feature. Asks the file "release", because starting a JVM to ask it takes 30 ms.
read_java() {
    local key value
    java_version='' java_feature=''
    [[ -x $1/bin/$2 && -r $1/release ]] || return 1
    while IFS='=' read -r key value; do
        value=${value//\"/}
        case $key in
            JAVA_VERSION) java_feature=${value%%[!0-9]*} ;;
            JAVA_RUNTIME_VERSION) java_version=$value ;;
        esac
        [[ -z $java_feature || -z $java_version ]] || break
    done <"$1/release"
    java_version=${java_version:-$java_feature}
    [[ -n $java_feature && $java_version != *-ea* ]] && ((java_feature >= OLDEST_JAVA))
}

# pick_java PROGRAM: sets java_home, java_version, java_feature. JAVA_HOME if it will do; else the newest of those in
# /usr/lib/jvm and the one on the PATH, early-access builds left out; of equals the first by name.
pick_java() {
    local home on_path='' best='' best_feature=0
    if [[ -n ${JAVA_HOME:-} ]] && read_java "$JAVA_HOME" "$1"; then
        java_home=$JAVA_HOME
        return
    fi
    if hash "$1" 2>/dev/null; then
        on_path=${BASH_CMDS[$1]}
    fi
    for home in /usr/lib/jvm/*; do
        if [[ -n $on_path && $on_path -ef $home/bin/$1 ]]; then
            on_path=''
        fi
        if read_java "$home" "$1" && ((java_feature > best_feature)); then
            best=$home best_feature=$java_feature
        fi
    done
    if [[ -n $on_path ]]; then
        home=$(readlink -f -- "$on_path")
        home=${home%/bin/"$1"}
        if read_java "$home" "$1" && ((java_feature > best_feature)); then
            best=$home
        fi
    fi
    [[ -n $best ]] || return 1
    read_java "$best" "$1"
    java_home=$best
}

can_install() {
    ((EUID == 0)) && [[ -e /etc/debian_version ]] && hash apt-get 2>/dev/null
}

# install_packages COMMENT PACKAGE...: each PACKAGE may be several names with | between, of which the first known is taken.
install_packages() {
    local comment=$1 wanted name names=() log
    shift
    log=$(mktemp)
    apt-get update </dev/null >"$log" 2>&1 || true
    for wanted; do
        for name in ${wanted//|/ }; do
            if apt-cache show "$name" >/dev/null 2>&1; then
                break
            fi
        done
        names+=("$name")
    done
    say "installing ${names[*]} with apt-get ($comment)"
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${names[@]}" </dev/null >>"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        give_up "apt-get could not install ${names[*]}"
    fi
    rm -f "$log"
}

readonly JDK_PACKAGES='openjdk-25-jdk-headless|openjdk-21-jdk-headless|openjdk-17-jdk-headless'

# No Java to run with, though there is a build.
need_java() {
    can_install || give_up "no Java $OLDEST_JAVA or newer found: install one (Debian: apt install openjdk-17-jre-headless)"
    install_packages "no Java $OLDEST_JAVA or newer found" "$JDK_PACKAGES"
    pick_java java || give_up "no Java $OLDEST_JAVA or newer found, though one was installed: set JAVA_HOME"
}

# What a build needs: a JDK, whose home becomes java_home, and Maven.
need_build_tools() {
    local missing=()
    pick_java javac || missing+=("$JDK_PACKAGES")
    hash mvn 2>/dev/null || missing+=(maven)
    ((${#missing[@]} > 0)) || return 0
    can_install || give_up "to build, install a JDK of version $OLDEST_JAVA or newer and Maven" \
        "(Debian: apt install openjdk-17-jdk-headless maven)"
    install_packages 'to build' "${missing[@]}"
    pick_java javac || give_up "no JDK $OLDEST_JAVA or newer found, though one was installed: set JAVA_HOME"
}

# Who owns the sources must be able to build them again after root did.
hand_over_target() {
    if ((EUID == 0)) && [[ -d $agent/target ]]; then
        chown -hR --reference="$agent" "$agent/target"
    fi
}

build_is_stale() {
    [[ -s $agent/target/tcpvigil.jar && -e $stamp ]] || return 0
    [[ -n $(exec find "$root/pom.xml" "$agent/pom.xml" "$agent/src/main" "$root/grafana/runbooks" -newer "$stamp" -print -quit 2>/dev/null) ]]
}

# Builds the jar and the archive, under a lock: who comes second waits and uses what the first has built.
build() {
    local log lock
    if [[ ! -w $agent || (-e $agent/target && ! -w $agent/target) ]]; then
        [[ -s $agent/target/tcpvigil.jar ]] ||
            give_up "not built yet, and $agent may not be written by this user: run it once as its owner"
        say "older than its sources, and $agent may not be written by this user: runs as it was built"
        return 0
    fi
    # The directory itself, because what is in target comes and goes.
    exec {lock}<"$agent"
    flock "$lock"
    if build_is_stale; then
        need_build_tools
        say 'building, about half a minute (only when the sources have changed)'
        log=$(mktemp)
        # Readable for all, whatever umask root has. No terminal, no formatter, no tests: they are for developers.
        if ! (
            umask 022
            cd "$root"
            JAVA_HOME=$java_home exec mvn -B -Dmaven.test.skip -Dspotless.check.skip package
        ) </dev/null >"$log" 2>&1 {lock}<&-; then
            cat "$log" >&2
            rm -f "$log"
            give_up 'the build failed: see above'
        fi
        rm -f "$log"
        hand_over_target
    fi
    exec {lock}<&-
}

archive_is_known() {
    local known=''
    [[ $archive -nt $jar && -e $archive.key ]] || return 1
    IFS= read -r known <"$archive.key" || true
    [[ $known == "$key" ]]
}

archive_of_snapshot() {
    run "$archive_making$new" -cp "$class_path" io.tcpvigil.cli.Main snapshot
}

# Of the classes that a daemon loads in its first samples and scrapes, and of no others.
archive_of_daemon() {
    # What is for the daemon that is about to start.
    unset NOTIFY_SOCKET WATCHDOG_USEC
    timeout 60 "$java_home/bin/java" "${flags[@]}" "-XX:DumpLoadedClassList=$new.classes" -cp "$class_path" \
        io.tcpvigil.cli.Main daemon --config.file=/dev/null --web.listen-address=127.0.0.1:0 --full-interval=1s \
        >"$new.out" 2>&1 {lock}<&- &
    until grep -q 'source ' "$new.out"; do
        kill -0 $! || return
        sleep 0.1
    done
    [[ $(<"$new.out") =~ 127\.0\.0\.1:([0-9]+) ]]
    for _ in 1 2 3; do
        sleep 1
        scrape "${BASH_REMATCH[1]}"
    done
    kill $!
    wait $!
    run -Xshare:dump "-XX:SharedClassListFile=$new.classes" "-XX:SharedArchiveFile=$new" -cp "$class_path"
}

# scrape PORT
scrape() {
    local web
    exec {web}<>"/dev/tcp/127.0.0.1/$1" || return
    printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n' >&"$web"
    cat <&"$web"
    exec {web}<&-
}

# Makes $archive from one snapshot, or from a daemon of some seconds, which needs no rights; an empty one where the JVM
# cannot, so that it is not tried again. Never fails: without it all works, slower.
make_archive() (
    set +e
    umask 022
    exec </dev/null
    mkdir -p "${archive%/*}" || exit 0
    exec {lock}<"$agent"
    flock -n "$lock" || [[ -n ${TCPVIGIL_BUILT_AT:-} ]] || exit 0
    if [[ -t 2 ]]; then
        say "making a start-up archive for Java $java_version (once)"
    fi
    exec >/dev/null 2>&1
    new=$archive.new
    run() { "$java_home/bin/java" "${flags[@]}" "$@" {lock}<&-; }
    rm -f "$archive.key" "$new"
    # Tried before use: Java 17 crashes on an archive that was cut short, by a full disk for one.
    if ! "archive_of_$archive_kind" ||
        [[ ! -s $new ]] ||
        ! run "$archive_option$new" -cp "$class_path" io.tcpvigil.cli.Main --version; then
        rm -f "$new"
        : >"$new"
    fi
    rm -f "$new".*
    mv -f "$new" "$archive" && printf '%s\n' "$key" >"$archive.key"
    exit 0
)
