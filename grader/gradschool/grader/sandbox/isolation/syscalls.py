"""The numbers of system calls, on x86_64 and on aarch64; -1 where there is none."""

from __future__ import annotations

Row = tuple[int, int]

LAST = 467
"""The last system call that this table knows of; later ones are refused."""

CLONE: Row = (56, 220)
CLONE3: Row = (435, 435)

REFUSED: tuple[Row, ...] = (
    # Other processes
    (101, 117),  # ptrace
    (310, 270),  # process_vm_readv
    (311, 271),  # process_vm_writev
    (440, 440),  # process_madvise
    (312, 272),  # kcmp
    (438, 438),  # pidfd_getfd
    (298, 241),  # perf_event_open
    # File systems and namespaces
    (165, 40),  # mount
    (166, 39),  # umount2
    (155, 41),  # pivot_root
    (161, 51),  # chroot
    (308, 268),  # setns
    (272, 97),  # unshare
    (429, 429),  # move_mount
    (428, 428),  # open_tree
    (467, 467),  # open_tree_attr
    (430, 430),  # fsopen
    (431, 431),  # fsconfig
    (432, 432),  # fsmount
    (433, 433),  # fspick
    (442, 442),  # mount_setattr
    (303, 264),  # name_to_handle_at
    (304, 265),  # open_by_handle_at
    (300, 262),  # fanotify_init
    (179, 60),  # quotactl
    (443, 443),  # quotactl_fd
    # Network
    (41, 198),  # socket
    (42, 203),  # connect
    (49, 200),  # bind
    (50, 201),  # listen
    (43, 202),  # accept
    (288, 242),  # accept4
    # What outlives the process or is shared with the host
    (29, 194),  # shmget
    (68, 186),  # msgget
    (64, 190),  # semget
    (240, 180),  # mq_open
    (248, 217),  # add_key
    (249, 218),  # request_key
    (250, 219),  # keyctl
    (319, 279),  # memfd_create: files in memory, which no limit on a process counts
    # Large parts of the kernel that a notebook has no use for
    (321, 280),  # bpf
    (425, 425),  # io_uring_setup
    (426, 426),  # io_uring_enter
    (427, 427),  # io_uring_register
    (323, 282),  # userfaultfd
    (447, 447),  # memfd_secret
    (256, 238),  # migrate_pages
    (279, 239),  # move_pages
    (237, 235),  # mbind
    (238, 237),  # set_mempolicy
    (212, 18),  # lookup_dcookie
    (180, 42),  # nfsservctl
    (135, 92),  # personality
    (154, -1),  # modify_ldt
    (134, -1),  # uselib
    (136, -1),  # ustat
    (139, -1),  # sysfs
    (156, -1),  # _sysctl
    # The machine
    (246, 104),  # kexec_load
    (320, 294),  # kexec_file_load
    (175, 105),  # init_module
    (313, 273),  # finit_module
    (176, 106),  # delete_module
    (169, 142),  # reboot
    (167, 224),  # swapon
    (168, 225),  # swapoff
    (163, 89),  # acct
    (103, 116),  # syslog
    (164, 170),  # settimeofday
    (227, 112),  # clock_settime
    (159, 171),  # adjtimex
    (305, 266),  # clock_adjtime
    (170, 161),  # sethostname
    (171, 162),  # setdomainname
    (172, -1),  # iopl
    (173, -1),  # ioperm
    (153, 58),  # vhangup
)

PRCTL: Row = (157, 167)
HIDING = 4
"""PR_SET_DUMPABLE: what hides a process's use of memory and files from the warm process."""

FCNTL: Row = (72, 25)
OWNING = (8, 10, 15)
"""F_SETOWN, F_SETSIG and F_SETOWN_EX: to have the kernel send a signal to any process of the same user."""
IOCTL: Row = (16, 29)
OWNING_SOCKETS = (0x8901, 0x8902)
"""FIOSETOWN and SIOCSPGRP: the same for sockets."""

REFUSED_WITHOUT_NAMESPACES: tuple[Row, ...] = (
    (90, -1),  # chmod
    (268, 53),  # fchmodat
    (452, 452),  # fchmodat2
    (92, -1),  # chown
    (94, -1),  # lchown
    (260, 54),  # fchownat
    (132, -1),  # utime
    (235, -1),  # utimes
    (261, -1),  # futimesat
    (280, 88),  # utimensat
    (188, 5),  # setxattr
    (189, 6),  # lsetxattr
    (463, 463),  # setxattrat
    (197, 14),  # removexattr
    (198, 15),  # lremovexattr
    (466, 466),  # removexattrat
    (141, 140),  # setpriority
    (251, 30),  # ioprio_set
    (254, 27),  # inotify_add_watch
    (129, 138),  # rt_sigqueueinfo
    (297, 240),  # rt_tgsigqueueinfo
    (200, 130),  # tkill
    (424, 424),  # pidfd_send_signal
)
"""What could change files, processes or priorities of the same user, past Landlock."""

TO_ITSELF: tuple[Row, ...] = (
    (302, 261),  # prlimit64
    (203, 122),  # sched_setaffinity
    (144, 119),  # sched_setscheduler
    (142, 118),  # sched_setparam
    (314, 274),  # sched_setattr
)
"""What a process may do to itself and to no other: the first argument is a process, 0 for itself."""

KILLERS: tuple[Row, ...] = (
    (62, 129),  # kill
    (234, 131),  # tgkill
)
"""What sends signals, where Landlock does not keep them inside."""
