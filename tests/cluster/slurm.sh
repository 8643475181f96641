#!/usr/bin/env bash
# A SLURM of one node with two pretend GPUs, without systemd, control groups or accounting.
# usage, as root: slurm.sh start FOLDER, slurm.sh stop FOLDER. FOLDER keeps its state and must have a short path.
set -euo pipefail
action=$1 folder=$2
host=$(hostname -s)
conf=$folder/slurm.conf

running() { [ -e "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

stop() {
  local pids=() file pid
  # slurmd ends only after its jobs
  scancel --user root || true
  for _ in $(seq 60); do [ -n "$(timeout 5 squeue --noheader)" ] || break; sleep 0.5; done
  for file in "$folder"/run/slurmd.pid "$folder"/run/slurmctld.pid "$folder"/run/munged.pid; do
    running "$file" && pid=$(cat "$file") && kill "$pid" && pids+=("$pid")
  done
  for pid in "${pids[@]}"; do
    for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  done
  for file in slurm.conf gres.conf; do
    [ "$(readlink "/etc/slurm/$file")" = "$folder/$file" ] && rm "/etc/slurm/$file"
  done
  return 0
}

install() {
  local policy=/usr/sbin/policy-rc.d made=
  # keeps the packages from starting daemons of their own
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; }
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=120 update -qq
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null
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
AccountingStorageType=accounting_storage/none
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

start() {
  command -v slurmctld >/dev/null && command -v munged >/dev/null || install
  configure
  munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.socket" \
    --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed"
  slurmctld -f "$conf" -i
  slurmd -f "$conf" -N "$host"
  for _ in $(seq 100); do
    [ "$(timeout 5 sinfo -h -o %T -p cpu)" != idle ] || return 0
    sleep 0.5
  done
  tail -n 20 "$folder"/log/*.log >&2
  stop
  exit 1
}

"$action"
