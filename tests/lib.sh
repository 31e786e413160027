# What the scripts in this folder share: a home, a bus and a keyring of their own, a simulated Microsoft, a browser of a few
# lines. Sourced, never run. Everything ends with the script.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=$(basename "$0")
processes=()

fail() {
    echo "$name: $*" >&2
    exit 1
}

# Fails with the name of the first tool that is missing.
need() {
    local tool
    for tool in "$@"; do
        type -P "$tool" >/dev/null || fail "$tool is missing: tests/set-up installs it"
    done
}

# The program that is tested: $OCTO_CSP_BIN, else that of the last build, which is made if there is none.
find_program() {
    program=${OCTO_CSP_BIN:-$repository/target/debug/octo-csp}
    if [[ ! -x $program && -z ${OCTO_CSP_BIN:-} ]]; then
        (cd "$repository" && cargo build --locked --quiet) || fail "the program does not build"
    fi
    [[ -x $program ]] || fail "there is no program at $program"
    # What begins like this is a setting of the program.
    unset "${!OCTO_CSP_@}"
}

clean_up() {
    local process
    for process in "${processes[@]}"; do
        kill "$process" || true
        wait "$process" || true
    done
    rm -rf "$HOME_OF_TEST"
} 2>/dev/null

# A login session: a home in which nothing is, a bus where nothing starts by itself, an unlocked keyring.
start_session() {
    need dbus-daemon dbus-send gnome-keyring-daemon secret-tool
    HOME_OF_TEST=$(mktemp -d /tmp/octo-csp-XXXXXX)
    trap clean_up EXIT
    export HOME=$HOME_OF_TEST XDG_RUNTIME_DIR=$HOME_OF_TEST LANG=C.UTF-8
    unset XDG_STATE_HOME XDG_DATA_HOME XDG_CONFIG_HOME DISPLAY WAYLAND_DISPLAY LC_ALL GNOME_KEYRING_CONTROL
    cat >"$HOME/bus.conf" <<BUS
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$HOME</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
BUS
    local bus
    exec {bus}< <(exec dbus-daemon --nofork --print-address=1 --config-file "$HOME/bus.conf" 2>/dev/null)
    processes+=("$!")
    IFS= read -r -t 30 -u "$bus" DBUS_SESSION_BUS_ADDRESS || fail "dbus-daemon does not come up"
    export DBUS_SESSION_BUS_ADDRESS
    gnome-keyring-daemon --foreground --components=secrets --unlock < <(printf 'a password') >/dev/null 2>&1 &
    processes+=("$!")
    # Each question starts a program: thousands of them are many seconds.
    local asked answer
    for ((asked = 0; asked < 5000; asked++)); do
        answer=$(dbus-send --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
            org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null || true)
        [[ $answer != *'boolean true'* ]] || return 0
    done
    fail "gnome-keyring-daemon does not come up"
}

# Serves a simulated Microsoft with these arguments; its line is in $cloud, a file that --cloud-file reads.
start_simulator() {
    cloud=$HOME/cloud.json
    local simulator
    exec {simulator}< <(exec "$program" simulate "$@")
    processes+=("$!")
    IFS= read -r -t 30 -u "$simulator" line || fail "the simulator does not come up"
    printf '%s\n' "$line" >"$cloud"
}

# A fact of the simulator's line.
fact() {
    local line rest
    line=$(<"$cloud")
    rest=${line#*"\"$1\":\""}
    [[ $rest != "$line" ]] || fail "the simulator tells no $1"
    printf '%s' "${rest%%\"*}"
}

# Goes to the address of a sign-in and through every page, types what the pages say, and prints where the browser would end.
sign_in() {
    local address=$1 answer action form
    answer=$(http GET "$address")
    while [[ $answer != *$'\n'[Ll]'ocation: '* ]]; do
        [[ $answer == *SIMULATED* && $answer != *'id="error"'* ]] || fail "an unexpected page: $answer"
        form="ctx=$(encoded "$(between "$answer" 'name="ctx" value="' '"')")"
        case $answer in
        *'id="login"'*)
            form+="&login=$(encoded "$(between "$answer" 'id="user-to-type">' '<')")"
            form+="&password=$(encoded "$(between "$answer" 'id="password-to-type">' '<')")"
            ;;
        *'id="otc"'*) form+="&otc=$(encoded "$(between "$answer" 'id="otc-to-type">' '<')")" ;;
        *) form+="&accept=yes" ;;
        esac
        action=$(between "$answer" 'action="' '"')
        [[ $action != /* ]] || action=$(origin "$address")$action
        answer=$(http POST "$action" "$form")
    done
    between "$answer" 'ocation: ' $'\r'
}

# A whole answer, head and all, of a server on this machine.
http() {
    local method=$1 address=$2 body=${3:-} host path server
    host=$(origin "$address")
    path=${address#"$host"}
    host=${host#http://}
    exec {server}<>"/dev/tcp/${host%:*}/${host##*:}" || fail "nobody answers at $host"
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s' \
        "$method" "${path:-/}" "$host" "${#body}" "$body" >&"$server"
    cat <&"$server"
    exec {server}>&-
}

origin() {
    local rest=${1#http://}
    printf 'http://%s' "${rest%%/*}"
}

# between TEXT START END: what stands between the first START and the END after it.
between() {
    local rest=${1#*"$2"}
    [[ $rest != "$1" ]] || fail "no $2 in: $1"
    printf '%s' "${rest%%"$3"*}"
}

# As a form carries it; ASCII only.
encoded() {
    local text=$1 at character
    for ((at = 0; at < ${#text}; at++)); do
        character=${text:at:1}
        case $character in
        [a-zA-Z0-9._~-]) printf '%s' "$character" ;;
        *) printf '%%%02X' "'$character" ;;
        esac
    done
}

# Everything that the keyring has of ours, as another program reads it.
kept() {
    secret-tool search --all service octo-csp 2>&1
}

# The journals of all registrations.
journal() {
    cat "$HOME"/.local/state/octo-csp/*/journal
}

# Fails if a file of the home has one of these words; the keyring's own files are sealed, so they are looked at too.
no_file_has() {
    local word found
    for word in "$@"; do
        found=$(grep -rlF --exclude=cloud.json -- "$word" "$HOME" || true)
        [[ -z $found ]] || fail "a secret is in $found"
    done
}
