# SPDX-License-Identifier: Apache-2.0
#
# boot.bash DIRECTORY: boots this machine's systemd in a container, on a copy of its files that lives in memory, with what lies in
# DIRECTORY/installed laid over them. Expects a mount namespace of its own. Ends when the container does.

set -euo pipefail

guest=$1/guest
mkdir "$guest"
mount -t tmpfs tmpfs "$guest"
mkdir "$guest"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$guest/upper,workdir=$guest/work" overlay "$guest/root"
cd "$guest/root"
rm -rf etc/systemd/system/tcpvigil.service.d
: >etc/machine-id
cp -a "$1/installed/." .

# The control groups that systemd-nspawn makes and does not remove.
left_behind() {
    local group
    for group in /sys/fs/cgroup/{,systemd,unified}/{payload,supervisor}; do
        [[ ! -d $group ]] || find "$group" -depth -type d -exec rmdir {} +
    done
}
trap left_behind EXIT

# As few units as systemd starts with; none of this machine's services.
systemd-nspawn --quiet --boot --directory=. --private-network --register=no --keep-unit --machine=tcpvigil-test \
    --console=pipe --capability=all --system-call-filter='bpf perf_event_open' -- --unit=basic.target </dev/null
