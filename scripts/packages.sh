#!/usr/bin/env bash
# The Debian packages shardwise needs, and how to install them.
#
#   scripts/packages.sh GROUP...      install what is missing of the groups: build, test, clang
#   scripts/packages.sh --list GROUP...
#   source scripts/packages.sh        gives the function install_packages GROUP...
#
# A second run installs nothing and does not call apt. No system-wide database server is created
# or started: the tests start private ones (scripts/servers). With SHARDWISE_NO_INSTALL=1 nothing
# is checked or installed, for machines that get the same programs in another way.

package_group() {
    case $1 in
    build)
        echo g++ cmake ninja-build pkg-config ccache \
            libpq-dev libmariadb-dev libsqlite3-dev libssl-dev zlib1g-dev \
            libfmt-dev libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libpg-query-dev libedit-dev
        ;;
    test)
        echo libgtest-dev libgmock-dev libbenchmark-dev clang clang-format-14 \
            python3 git ca-certificates openssl procps \
            postgresql-15 postgresql-client-15 mariadb-server mariadb-client
        ;;
    clang) # optional: the second compiler, for scripts/sanitize (g++ brings its own sanitizers)
        echo clang-14
        ;;
    *)
        echo "packages.sh: unknown package group '$1' (known: build, test, clang)" >&2
        return 2
        ;;
    esac
}

# Prints the packages of the groups that are not installed, one a line.
missing_packages() {
    local group package names wanted=() installed
    for group in "$@"; do
        names=$(package_group "$group") || return
        read -ra names <<<"$names"
        wanted+=("${names[@]}")
    done
    # dpkg-query fails when it does not know a package: that one is missing, not an error.
    installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' \
        "${wanted[@]}" 2>/dev/null || true)
    for package in "${wanted[@]}"; do
        grep -qxF "installed $package" <<<"$installed" || echo "$package"
    done
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Runs apt for the given packages while Debian is told to leave database servers alone.
apt_install() (
    policy=/usr/sbin/policy-rc.d # exit status 101 means "do not start services"
    mark="# shardwise scripts/packages.sh, process $BASHPID"
    apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 -o DPkg::Lock::Timeout=300)

    # Only our own file is removed, whatever happens; noclobber never overwrites one.
    trap 'if grep -qsxF "$mark" "$policy"; then as_root rm -f "$policy"; fi' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    create_file "$policy" 755 "#!/bin/sh" "$mark" "exit 101"
    if [[ " $* " == *" postgresql-15 "* ]]; then
        create_file /etc/postgresql-common/createcluster.conf 644 \
            "# Written by shardwise scripts/packages.sh" "create_main_cluster = false"
    fi

    as_root "${apt[@]}" update ||
        echo "packages.sh: apt-get update failed, trying to install anyway" >&2
    as_root "${apt[@]}" install --yes --no-install-recommends "$@" </dev/null
)

# create_file PATH MODE LINE...: writes the file unless there is one already.
create_file() {
    # shellcheck disable=SC2016  # the variables are those of the inner shell
    printf '%s\n' "${@:3}" | as_root sh -c '
        mkdir -p "${1%/*}"
        set -o noclobber
        { cat >"$1"; } 2>/dev/null && chmod "$2" "$1"' - "$1" "$2" || true
}

install_packages() {
    local missing reason=''
    [[ ${SHARDWISE_NO_INSTALL:-} != 1 ]] || return 0

    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        reason='there is no apt here'
        missing=$(for group in "$@"; do package_group "$group" || return; done) || return
    else
        missing=$(missing_packages "$@") || return
        [[ -n $missing ]] || return 0
        ((EUID == 0)) || command -v sudo >/dev/null || reason='this needs root or sudo'
    fi

    read -r -d '' -a missing <<<"$missing" || true # splits at blanks and newlines
    if [[ -z $reason ]]; then
        echo "Installing ${#missing[@]} packages: ${missing[*]}"
        apt_install "${missing[@]}" && return
        reason='apt-get failed, see above'
    fi
    cat >&2 <<MESSAGE
packages.sh: can not install packages: $reason
    missing: ${missing[*]}
    Install them (names of Debian 12), or set SHARDWISE_NO_INSTALL=1 if you have them already.
MESSAGE
    return 1
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    case ${1:---help} in
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" ;;
    --list) for group in "${@:2}"; do package_group "$group" | tr ' ' '\n'; done ;;
    *) install_packages "$@" ;;
    esac
fi
