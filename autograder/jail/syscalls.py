"""The system calls of a jail by name: those a notebook needs, and those refused with a clear error.

Gathered with strace from TensorFlow fitting and saving, matplotlib, IPython, sqlite, subprocess and multiprocessing,
then rounded up to whole families of calls that reach nothing but the process's own files, memory and children.
"""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
    fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr
    flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lchown lgetxattr link linkat listxattr
    llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat newfstatat open openat pipe pipe2 pread64 preadv
    preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat
    renameat2 rmdir sendfile setxattr stat statfs statx symlink symlinkat sync_file_range truncate umask unlink
    unlinkat utime utimensat utimes write writev
"""
_MEMORY = """
    brk get_mempolicy madvise membarrier mincore mlock mlock2 mlockall mprotect mremap msync munlock munlockall
    munmap pkey_alloc pkey_free pkey_mprotect
"""
_PROCESSES = """
    arch_prctl capget execve exit exit_group fork futex futex_waitv get_robust_list getcpu getegid geteuid
    getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid
    gettid getuid kill pause pidfd_open pidfd_send_signal prlimit64 restart_syscall rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_yield set_robust_list set_tid_address setpgid setpriority
    setrlimit setsid sigaltstack sysinfo tgkill times tkill uname vfork wait4 waitid
"""
_TIME = """
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer time
    timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime
    timerfd_settime
"""
_EVENTS = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll
    pselect6 select signalfd signalfd4
"""
_CONNECTIONS = """
    accept accept4 bind connect getpeername getrandom getsockname getsockopt listen recvfrom recvmmsg recvmsg
    sendmmsg sendmsg sendto setsockopt shutdown
"""
ALLOWED = _names(" ".join((_FILES, _MEMORY, _PROCESSES, _TIME, _EVENTS, _CONNECTIONS)))

REFUSED = _names("""
    acct add_key bpf capset chroot clock_settime delete_module fanotify_init finit_module fsopen init_module
    io_setup io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_load keyctl mbind
    memfd_create memfd_secret migrate_pages modify_ldt mount mount_setattr move_mount move_pages mq_open msgget
    name_to_handle_at open_by_handle_at open_tree perf_event_open personality pidfd_getfd pivot_root
    process_madvise process_vm_readv process_vm_writev ptrace quotactl reboot request_key sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler seccomp semget set_mempolicy setdomainname setfsgid setfsuid
    setgid setgroups sethostname setns setregid setresgid setresuid setreuid settimeofday setuid shmget splice
    swapoff swapon sync syslog tee umount2 unshare userfaultfd vhangup vmsplice
""")

ALLOWED_WITH_NETWORK = frozenset(("sched_setscheduler",))
"""libzmq, over which a kernel talks, ends its process when this is refused. Without privileges it only lowers."""

ONLY_ON_X86_64 = frozenset(
    _names("""
    access alarm arch_prctl chmod chown creat dup2 epoll_create epoll_wait eventfd fork futimesat getdents
    getpgrp inotify_init ioperm iopl lchown link lstat mkdir mknod modify_ldt open pause pipe poll readlink
    rename rmdir select signalfd stat symlink time unlink utime utimes vfork
""")
)
"""Calls that other architectures never had: they have openat for open, ppoll for poll, clone for fork."""

YOUNG = frozenset(
    _names("""
    close_range epoll_pwait2 faccessat2 fchmodat2 futex_waitv memfd_secret mount_setattr
""")
)
"""Calls that a libseccomp still in use may not know. Unknown ones answer ENOSYS, and the C library copes."""
