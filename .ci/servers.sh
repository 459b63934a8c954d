# Sourced by .ci/run: servers and a browser for the tests. Needs .venv.
# shellcheck shell=bash

servers_folder=""
servers_started=()

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_debian() { # names of Debian's packages
  echo "Installing $* …"
  as_root apt-get -qq update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null
}

database_answers() { # an SQLAlchemy address
  .venv/bin/python - "$1" 2>/dev/null <<'PYTHON'
import sys
import sqlalchemy

engine = sqlalchemy.create_engine(sys.argv[1], connect_args={"connect_timeout": 2})
with engine.connect() as connection:
    connection.execute(sqlalchemy.text("SELECT 1"))
PYTHON
}

redis_answers() { # a redis:// address
  .venv/bin/python - "$1" 2>/dev/null <<'PYTHON'
import sys
import redis

redis.Redis.from_url(sys.argv[1], socket_connect_timeout=2, socket_timeout=2).ping()
PYTHON
}

until_it_answers() { # a function and its arguments; gives up after 30 s
  for _ in $(seq 60); do
    "$@" && return 0
    sleep 0.5
  done
  echo "No answer: $*" >&2
  return 1
}

free_port() {
  .venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

as_nobody_special() { # PostgreSQL refuses to run as root
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

make_servers_folder() {
  if [ -z "$servers_folder" ]; then
    servers_folder=$(mktemp -d)
    chmod 755 "$servers_folder"
  fi
}

start_postgresql() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_debian postgresql
  make_servers_folder
  local bin port data=$servers_folder/postgresql
  bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
  port=$(free_port)
  mkdir "$data"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$data"; fi
  (cd "$servers_folder" && as_nobody_special "$bin/initdb" -D "$data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null)
  # The data is thrown away with the run: no need to wait for the disk.
  (cd "$servers_folder" && as_nobody_special "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off >"$servers_folder/postgresql.log" 2>&1) &
  servers_started+=($!)
  export TEST_DATABASE_URL="postgresql+psycopg://postgres@127.0.0.1:$port/postgres"
  until_it_answers database_answers "$TEST_DATABASE_URL" || { cat "$servers_folder/postgresql.log" >&2; return 1; }
}

start_redis() {
  command -v redis-server >/dev/null || install_debian redis-server
  make_servers_folder
  local port
  port=$(free_port)
  redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$servers_folder" >"$servers_folder/redis.log" 2>&1 &
  servers_started+=($!)
  export TEST_REDIS_URL="redis://127.0.0.1:$port/0"
  until_it_answers redis_answers "$TEST_REDIS_URL" || { cat "$servers_folder/redis.log" >&2; return 1; }
}

find_or_install_scanner() { # the tests start it themselves; no signatures are fetched
  PATH=$PATH:/usr/sbin command -v clamd >/dev/null || install_debian clamav-daemon
}

find_or_install_mailbox() { # the tests start it themselves, in a folder of their own
  local missing=()
  dpkg -s dovecot-imapd >/dev/null 2>&1 || missing+=(dovecot-imapd)
  dpkg -s dovecot-lmtpd >/dev/null 2>&1 || missing+=(dovecot-lmtpd)
  if [ "${#missing[@]}" -gt 0 ]; then install_debian "${missing[@]}"; fi
}

find_or_start_servers() {
  local usual_database=postgresql+psycopg://postgres@127.0.0.1:5432/postgres usual_redis=redis://127.0.0.1:6379/0
  if [ -n "${TEST_DATABASE_URL:-}" ]; then
    until_it_answers database_answers "$TEST_DATABASE_URL"
  elif database_answers "$usual_database"; then
    export TEST_DATABASE_URL=$usual_database
  else
    start_postgresql
  fi
  if [ -n "${TEST_REDIS_URL:-}" ]; then
    until_it_answers redis_answers "$TEST_REDIS_URL"
  elif redis_answers "$usual_redis"; then
    export TEST_REDIS_URL=$usual_redis
  else
    start_redis
  fi
  find_or_install_scanner
  find_or_install_mailbox
  echo "PostgreSQL: ${TEST_DATABASE_URL##*@}   Redis: ${TEST_REDIS_URL##*@}"
}

stop_servers() {
  local server
  for server in "${servers_started[@]}"; do
    # The subshell's child is the server; a server that is gone already is no failure.
    pkill -TERM -P "$server" 2>/dev/null || kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  if [ -n "$servers_folder" ]; then rm -rf "$servers_folder"; fi
}

find_or_install_browser() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  dpkg -s fonts-noto-core >/dev/null 2>&1 || missing+=(fonts-noto-core)
  if [ "${#missing[@]}" -gt 0 ]; then install_debian "${missing[@]}"; fi
  chromium --version
}
