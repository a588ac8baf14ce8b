# shellcheck shell=bash
# What the scripts of this directory share; read by them, not run.
set -euo pipefail
umask 077

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null || fail "$1 is not installed"
}

# value NAME: the setting, or what the file holds that NAME_FILE names.
value() {
  local file=$1_FILE
  if [[ -n ${!file:-} ]]; then
    [[ -r ${!file} ]] || fail "$file: the file cannot be read"
    tr -d '\r\n' <"${!file}"
  else
    printf '%s' "${!1:-}"
  fi
}

# encrypt, decrypt: standard input to standard output, as it is without BACKUP_KEY_FILE. The key is read from its file
# by openssl, so that it stands in no list of processes.
encrypt() {
  if [[ -z ${BACKUP_KEY_FILE:-} ]]; then cat; else
    openssl enc -aes-256-ctr -pbkdf2 -iter 200000 -salt -pass "file:$BACKUP_KEY_FILE"
  fi
}

decrypt() {
  if [[ -z ${BACKUP_KEY_FILE:-} ]]; then cat; else
    openssl enc -d -aes-256-ctr -pbkdf2 -iter 200000 -pass "file:$BACKUP_KEY_FILE"
  fi
}

check_key() {
  [[ -n ${BACKUP_KEY_FILE:-} ]] || return 0
  need openssl
  [[ -s $BACKUP_KEY_FILE ]] || fail 'BACKUP_KEY_FILE: the file cannot be read, or is empty'
}

# seal DIRECTORY: a checksum of every file, over what is stored; with a key a keyed hash over them, for encryption alone
# does not notice changes.
seal() {
  # shellcheck disable=SC2094 # it is not among what is read
  (cd "$1" && find . -type f ! -name SHA256SUMS ! -name SHA256SUMS.mac -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
  [[ -z ${BACKUP_KEY_FILE:-} ]] || mac "$1" >"$1/SHA256SUMS.mac"
}

# A keyed hash of the checksums (NMAC over SHA-256, its two keys derived from the file): through pipes, for arguments
# can be read by everybody on the machine, and openssl takes keys of MACs as arguments alone.
mac() {
  local inner outer digest
  inner=$({ printf 'coglex backup, inner\n' && cat "$BACKUP_KEY_FILE"; } | sha256sum | cut -c1-64)
  outer=$({ printf 'coglex backup, outer\n' && cat "$BACKUP_KEY_FILE"; } | sha256sum | cut -c1-64)
  digest=$({ printf '%s' "$inner" && cat "$1/SHA256SUMS"; } | sha256sum | cut -c1-64)
  printf '%s%s' "$outer" "$digest" | sha256sum | cut -c1-64
}

# check DIRECTORY: that a backup is whole and unchanged.
check() {
  [[ -f $1/SHA256SUMS ]] || fail "$1 is no backup, or was not finished"
  if [[ -n ${BACKUP_KEY_FILE:-} ]]; then
    [[ -f $1/SHA256SUMS.mac ]] || fail "$1 was made without a key"
    [[ $(mac "$1") == "$(<"$1/SHA256SUMS.mac")" ]] || fail "$1: the key is another one, or the checksums were changed"
  elif [[ -f $1/SHA256SUMS.mac ]]; then
    fail "$1 is encrypted: set BACKUP_KEY_FILE"
  fi
  (cd "$1" && sha256sum --quiet --strict --check SHA256SUMS >&2) || fail "$1 is damaged"
}

# begin KIND: makes the directory of a new backup, and prints its name. It ends in .partial until it is finished.
begin() {
  mkdir -p "$BACKUP_DIR"
  local name
  name=$BACKUP_DIR/$1-$(date -u +%Y%m%dT%H%M%SZ).partial
  mkdir "$name" || fail "$name is there already"
  printf '%s' "$name"
}

# finish DIRECTORY: everything is on the disk before it gets its name.
finish() {
  seal "$1"
  sync -f "$1"
  mv "$1" "${1%.partial}"
  printf '%s\n' "${1%.partial}"
}

# One at a time; the lock goes with the process.
alone() {
  mkdir -p "$BACKUP_DIR"
  exec 9>"$BACKUP_DIR/.lock"
  flock -n 9 || fail "another backup is running in $BACKUP_DIR"
}
