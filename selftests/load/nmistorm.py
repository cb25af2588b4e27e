#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""nmistorm.py SOCKET LOG [WORD]: NMIs through the emulator's monitor until it ends.

It begins when LOG has WORD, by default what says that the test has begun:
firmware survives no NMI.
"""
import socket
import sys
import time

WORD = (sys.argv + ["@@start"])[3]


def started():
    try:
        with open(sys.argv[2], errors="replace") as log:
            return WORD in log.read()
    except OSError:
        return False


while not started():
    time.sleep(0.5)
conn = None
while conn is None:
    try:
        conn = socket.socket(socket.AF_UNIX)
        conn.connect(sys.argv[1])
    except OSError:
        conn = None
        time.sleep(0.5)
try:
    while True:
        conn.sendall(b"nmi\n")
        conn.setblocking(False)
        try:
            conn.recv(65536)
        except BlockingIOError:
            pass
        conn.setblocking(True)
        time.sleep(0.002)
except OSError:
    pass
