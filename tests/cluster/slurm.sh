#!/usr/bin/env bash
# A SLURM of one node with two pretend GPUs, without systemd or control groups, on request with an accounting database.
# usage, as root: slurm.sh start FOLDER [accounting], slurm.sh stop FOLDER, slurm.sh lose FOLDER (the node), slurm.sh
# rejoin FOLDER. FOLDER keeps the state and must have a short path.
set -euo pipefail
action=$1 folder=$2 accounting=${3:-}
host=$(hostname -s)
conf=$folder/slurm.conf

running() { [ -e "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

stop() {
  local pids=() file pid
  # slurmd ends only after its jobs
  timeout 60 scancel --user root || true
  for _ in $(seq 60); do [ -n "$(timeout 5 squeue --noheader)" ] || break; sleep 0.5; done
  for file in "$folder"/run/{slurmd,slurmctld,slurmdbd,mariadbd,munged}.pid; do
    running "$file" && pid=$(cat "$file") && kill "$pid" && pids+=("$pid")
  done
  for pid in "${pids[@]}"; do
    for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  done
  for file in slurm.conf gres.conf slurmdbd.conf; do
    [ "$(readlink "/etc/slurm/$file")" = "$folder/$file" ] && rm "/etc/slurm/$file"
  done
  return 0
}

install() {
  local policy=/usr/sbin/policy-rc.d made=  # "$@": packages
  # keeps the packages from starting daemons of their own
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; }
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=120 update -qq
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends "$@" >/dev/null
  [ -z "$made" ] || rm $policy
}

configure() {
  mkdir -p "$folder"/{state,spool,log,run,dev} /etc/slurm
  chmod 0711 "$folder/run"
  getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >>/etc/hosts
  dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none
  chmod 0400 "$folder/munge.key"
  # --all: without it nproc tells OMP_NUM_THREADS where that is set, and a node of one core leaves jobs waiting for ever
  cat >"$conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
SlurmctldPort=16827
SlurmdPort=16828
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
SwitchType=switch/none
MessageTimeout=30
SlurmdTimeout=120
KillWait=5
MinJobAge=600
AccountingStorageType=accounting_storage/$([ -n "$accounting" ] && echo slurmdbd || echo none)
AccountingStorageHost=127.0.0.1
AccountingStoragePort=16829
AccountingStoragePass=$folder/run/munge.socket
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc --all) RealMemory=$(awk '/MemTotal/{print int($2/1024)}' /proc/meminfo) Gres=gpu:2 State=UNKNOWN
PartitionName=cpu Nodes=$host Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes=$host MaxTime=1-00:00:00 State=UP
CONF
  # a count alone is refused, so two clones of /dev/null stand for the GPUs
  for i in 0 1; do [ -c "$folder/dev/nvidia$i" ] || mknod "$folder/dev/nvidia$i" c 1 3; done
  echo "NodeName=$host Name=gpu File=$folder/dev/nvidia[0-1] Flags=nvidia_gpu_env" >"$folder/gres.conf"
  # inside an allocation every SLURM_* variable is dropped before the inner srun, so SLURM_CONF alone is not enough
  ln -sfn "$conf" /etc/slurm/slurm.conf
  ln -sfn "$folder/gres.conf" /etc/slurm/gres.conf
}

# MariaDB and slurmdbd, so that sacct knows jobs that have ended
start_database() {
  mariadb-install-db --no-defaults --user=root --datadir="$folder/database" --auth-root-authentication-method=normal \
    >"$folder/log/mariadb-install.log" 2>&1
  printf '%s;\n' "CREATE DATABASE slurm" "CREATE USER slurm@'127.0.0.1'" "GRANT ALL ON slurm.* TO slurm@'127.0.0.1'" \
    >"$folder/database.sql"
  mariadbd --no-defaults --user=root --datadir="$folder/database" --bind-address=127.0.0.1 --port=16830 \
    --skip-name-resolve --socket="$folder/run/mariadbd.socket" --pid-file="$folder/run/mariadbd.pid" \
    --init-file="$folder/database.sql" >"$folder/log/mariadbd.log" 2>&1 </dev/null &
  wait_until 60 mariadb --no-defaults --host=127.0.0.1 --port=16830 --user=slurm --execute="SELECT 1" slurm
  cat >"$folder/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket
DbdHost=$host
DbdAddr=127.0.0.1
DbdPort=16829
SlurmUser=root
PidFile=$folder/run/slurmdbd.pid
LogFile=$folder/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=16830
StorageUser=slurm
StorageLoc=slurm
CONF
  chmod 0600 "$folder/slurmdbd.conf"
  ln -sfn "$folder/slurmdbd.conf" /etc/slurm/slurmdbd.conf
  slurmdbd
  wait_until 60 sacctmgr --immediate add cluster test
}

# Repeats a command until it succeeds, at most so many seconds.
wait_until() {
  local end=$((SECONDS + $1)) log
  until "${@:2}" >>"$folder/log/waiting.log" 2>&1; do
    [ $SECONDS -lt $end ] || { for log in "$folder"/log/*.log; do tail -n 20 "$log" >&2; done; stop; exit 1; }
    sleep 0.5
  done
}

is_idle() { [ "$(timeout 5 sinfo -h -o %T -p cpu)" = idle ]; }

start() {
  local commands=(slurmctld munged) packages=(slurmctld slurmd slurm-client munge)
  [ -z "$accounting" ] || commands+=(slurmdbd mariadbd) packages+=(slurmdbd slurm-wlm-mysql-plugin mariadb-server)
  command -v "${commands[@]}" | wc -l | grep -qx "${#commands[@]}" || install "${packages[@]}"
  configure
  munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.socket" \
    --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed"
  [ -z "$accounting" ] || start_database
  slurmctld -f "$conf" -i
  slurmd -f "$conf" -N "$host"
  wait_until 60 is_idle
}

# As a power cut: the node's daemon and all its jobs are gone at once, and SLURM hears of it at once, not after
# SlurmdTimeout.
lose() {
  local processes steps
  # it fails over what a node that was lost before has left in the spool
  processes=$({ scontrol listpids || true; } | awk '$1 ~ /^[0-9]+$/ {print $1}')
  steps=$(ps -o ppid= -p "$(echo $processes | tr ' ' ,)" | sort -u | while read -r parent; do
    [ "$(cat "/proc/$parent/comm")" != slurmstepd ] || echo "$parent"
  done)
  kill -9 "$(cat "$folder/run/slurmd.pid")" $steps $processes || true
  scontrol update "NodeName=$host" State=DOWN Reason="lost power"
}

rejoin() {
  slurmd -f "$conf" -N "$host"
  scontrol update "NodeName=$host" State=RESUME || true
  wait_until 60 is_idle
}

"$action"
