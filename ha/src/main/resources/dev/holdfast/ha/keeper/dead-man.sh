#!/bin/sh
# Ends PostgreSQL when the lease under which it may write is over, whatever has become of the keeper:
#
#   sh dead-man.sh LEASE DATA
#
# LEASE is the keeper's file (its format is in LeaseFile.java), DATA the data directory, free of
# symbolic links. The keeper starts this, and starts it again when it is gone; it ends by itself
# when the file says that there is nothing to guard, and a minute after the lease when nothing of
# PostgreSQL is left. One at a time: the lock is on LEASE.guard, which holds the process's number.
#
# It must work when nothing else does. So while the lease lasts it starts no program but sleep, and
# what ends PostgreSQL starts none.
set -u
export LC_ALL=C

# How often it looks, in hundredths of a second: a host that was suspended has slept through its
# lease, which the sleep does not notice.
pause=25
# How long it stays when the lease is over: PostgreSQL may have been about to be launched.
stay=6000

# The time since the host was started, suspension included, in hundredths of a second.
clock() {
  read -r seconds rest </proc/uptime
  fraction=${seconds#*.}
  now=$((${seconds%.*} * 100 + 1$fraction - 100))
}

# Reads the file; without success where it cannot be believed. It is overwritten in place: what is
# read in the middle of that has two different lines.
look() {
  { IFS= read -r one && IFS= read -r two; } 2>/dev/null <"$lease" || return 1
  [ "$one" = "$two" ] || return 1
  # shellcheck disable=SC2086 # its fields
  set -- $one
  [ $# = 6 ] || return 1
  format=$1 state=$2 of=$3 asked=$4 stop=$5
}

# Kills what is PostgreSQL's and has the data directory as its working directory, as ClusterProcesses
# knows them. What the kernel says of a directory that was removed only readlink can tell.
end_all() {
  found='' others=''
  for process in /proc/[0-9]*; do
    name=''
    { read -r name <"$process/comm"; } 2>/dev/null
    case $name in postgres | postmaster) ;; *) continue ;; esac
    # shellcheck disable=SC3013 # the shells of all Linux distributions have -ef
    if [ "$process/cwd" -ef "$data" ]; then
      kill -KILL "${process#/proc/}" 2>/dev/null && found=y
    elif [ -O "$process" ]; then
      others="$others $process"
    fi
  done
  [ -z "$found" ] || return 0
  for process in $others; do
    case $(readlink "$process/cwd" 2>/dev/null) in
      "$data (deleted)") kill -KILL "${process#/proc/}" 2>/dev/null && found=y ;;
    esac
  done
  [ -n "$found" ]
}

doze() {
  sleep "$1" 9>&- || sleep 1 9>&-
}

say() {
  echo "$(date '+%Y-%m-%d %H:%M:%S') $1"
}

main() {
  lease=$1 data=$2
  read -r boot </proc/sys/kernel/random/boot_id
  exec 9>>"$lease.guard"
  flock -n 9 || exit 0
  # Who has nothing to go by guards nothing, and must not be taken for a guard.
  look || { doze 0.05 && look; } || exit 1
  deadline='' over='' told=''
  while :; do
    clock
    if look; then
      # A newer keeper starts its own. What another boot wrote counts from another time, and so does
      # what was written at a time that is still to come (a container's uptime begins anew).
      if [ "$format" != 1 ] || [ "$state" != leased ] || [ "$of" != "$boot" ] ||
        [ "$asked" -gt "$now" ]; then
        exit 0
      fi
      [ -n "$deadline" ] || echo "$$" >"$lease.guard"
      deadline=$stop
    elif [ -z "$deadline" ]; then
      exit 1
    fi
    left=$((deadline - now))
    if [ "$left" -gt 0 ]; then
      over='' told=''
      [ "$left" -lt "$pause" ] || left=$pause
      case $left in
        ?) doze "0.0$left" ;;
        *) doze "0.$left" ;;
      esac
    elif end_all; then
      over=$now
      [ -n "$told" ] || say "the lease is over: PostgreSQL on '$data' is ended"
      told=y
      doze 0.02
    elif [ $((now - ${over:=$now})) -gt "$stay" ]; then
      exit 0
    elif [ $((now - over)) -lt 100 ]; then
      doze 0.02
    else
      doze 0.25
    fi
  done
}

main "$@"
