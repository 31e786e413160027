# shellcheck shell=bash
# What the scripts in this folder have in common: a desk of its own (home, bus, keyring) with a simulated Microsoft, and a
# person who goes through the sign-in pages. Read it with `source tests/lib.sh`.

PROGRAM=${OCTO_CSP:-target/debug/octo-csp}

# Says what was expected and is not so, and ends.
fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# Fails with the names of the tools that are not here.
need() {
    local tool missing=()
    for tool; do
        type -P "$tool" >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || fail "missing here: ${missing[*]}; tests/set-up installs what the tests need"
}

# A home in a folder of its own and a bus where nothing starts by itself. All of it is gone when the script ends.
desk() {
    need dbus-daemon dbus-send gnome-keyring-daemon
    PROGRAM=$(realpath -- "$PROGRAM") || fail "no program: cargo build"
    # A socket's path is short.
    DESK=$(mktemp -d /tmp/octo-csp-desk.XXXXXX)
    PROCESSES=()
    trap leave EXIT
    export HOME=$DESK XDG_DATA_HOME=$DESK XDG_CACHE_HOME=$DESK XDG_CONFIG_HOME=$DESK/config XDG_RUNTIME_DIR=$DESK
    unset XDG_STATE_HOME DISPLAY WAYLAND_DISPLAY GNOME_KEYRING_CONTROL
    unset "${!OCTO_CSP_@}"
    cat >"$DESK/bus.conf" <<BUS
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$DESK</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
BUS
    mkfifo "$DESK/line"
    dbus-daemon --nofork --print-address=1 --config-file "$DESK/bus.conf" >"$DESK/line" 2>"$DESK/bus.log" &
    PROCESSES+=($!)
    read -r DBUS_SESSION_BUS_ADDRESS <"$DESK/line"
    export DBUS_SESSION_BUS_ADDRESS
    keyring
}

# A keyring that is unlocked. The one of an earlier boot, if there is one, has the same password.
keyring() {
    local tries=2000
    printf 'a password' |
        gnome-keyring-daemon --foreground --components=secrets --unlock >"$DESK/keyring.log" 2>&1 &
    KEYRING=$!
    PROCESSES+=("$KEYRING")
    until has_provider; do
        ((tries -= 1)) || fail "gnome-keyring-daemon does not come up: $(<"$DESK/keyring.log")"
    done
}

has_provider() {
    dbus-send --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner \
        string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
}

# The keyring ends and comes back, as after a reboot: what was only in memory is gone.
reboot() {
    kill "$KEYRING"
    wait "$KEYRING" 2>/dev/null || true
    while has_provider; do :; done
    keyring
}

leave() {
    local process
    for process in "${PROCESSES[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf -- "$DESK"
}

# A simulated Microsoft; its line is $DESK/cloud.json.
simulate() {
    "$PROGRAM" simulate "$@" >"$DESK/line" &
    PROCESSES+=($!)
    head -n 1 "$DESK/line" >"$DESK/cloud.json"
}

# One of the facts of the simulated Microsoft.
fact() {
    jq -er --arg name "$1" '.[$name]' "$DESK/cloud.json" || fail "the simulator does not tell $1"
}

# What stands between two words, once.
between() {
    local rest=${1#*"$2"}
    printf '%s' "${rest%%"$3"*}"
}

# Goes through the sign-in pages as a person would, and prints the address that the browser is sent to.
sign_in() {
    local address=$1 origin page back action form answer=$DESK/answer

    origin=$(sed -E 's|^(https?://[^/]+).*|\1|' <<<"$address")
    set -- "$address"
    while :; do
        curl -sS --noproxy '*' --max-time 20 -o "$answer" -D "$answer.head" "$@" || fail "the sign-in page does not answer"
        back=$(sed -nE 's/^[Ll]ocation: *([^\r]*)\r?$/\1/p' "$answer.head")
        if [[ -n $back ]]; then
            printf '%s\n' "$back"
            return
        fi
        page=$(<"$answer")
        [[ $page == *SIMULATED* && $page != *'id="error"'* ]] || fail "no sign-in page: $page"
        form=(--data-urlencode "ctx=$(between "$page" 'name="ctx" value="' '"')")
        if [[ $page == *'id="login"'* ]]; then
            form+=(--data-urlencode "login=$(fact user)" --data-urlencode "password=$(fact password)")
        elif [[ $page == *'id="otc"'* ]]; then
            form+=(--data-urlencode "otc=$(fact mfa_code)")
        else
            form+=(--data-urlencode accept=yes)
        fi
        action=$(between "$page" 'action="' '"')
        [[ $action == http* ]] || action=$origin$action
        set -- "${form[@]}" "$action"
    done
}

# Runs a program; its exit code must be this one. Standard output is $OUT, standard error is $DESK/err.
expect() {
    local wanted=$1 code=0
    shift
    OUT=$("$@" 2>"$DESK/err") || code=$?
    ((code == wanted)) || fail "exit code $code and not $wanted: $*"$'\n'"$OUT"$'\n'"$(<"$DESK/err")"
}

# What standard output must say, in the words of jq.
says() {
    jq -e "$1" <<<"$OUT" >/dev/null || fail "not so: $1"$'\n'"$OUT"
}
