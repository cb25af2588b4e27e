#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""poke.py SOCKET LOG WORD ADDRESS RIP: sends a CPU astray.

When LOG has WORD, waits by the emulator's gdb stub for a CPU to come to ADDRESS,
lets it go on at RIP, and leaves. Numbers are hexadecimal.
"""
import socket
import sys
import time

RIP = 16        # its number in gdb's list of registers for x86-64


class Stub:
    def __init__(self, path):
        self.conn = socket.socket(socket.AF_UNIX)
        self.conn.connect(path)
        self.conn.settimeout(120)
        self.input = b""

    def byte(self):
        if not self.input:
            self.input = self.conn.recv(4096)
            if not self.input:
                sys.exit("poke: the emulator has gone")
        first, self.input = self.input[:1], self.input[1:]
        return first

    def reply(self):
        while self.byte() != b"$":
            pass
        text = b""
        while (c := self.byte()) != b"#":
            text += c
        self.byte()
        self.byte()
        self.conn.sendall(b"+")
        return text.decode()

    def send(self, text):
        data = text.encode()
        self.conn.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))

    def ask(self, text, want="OK"):
        self.send(text)
        got = self.reply()
        if not got.startswith(want):
            sys.exit(f"poke: {text}: {got!r}")
        return got


def wait_for_word(path, word):
    while True:
        try:
            with open(path, errors="replace") as log:
                if word in log.read():
                    return
        except OSError:
            pass
        time.sleep(0.2)


def main():
    sock, log, word, address, rip = sys.argv[1:]
    wait_for_word(log, word)
    stub = Stub(sock)
    stub.ask("?", "T")
    stub.ask(f"Z1,{address},1")
    stub.ask("c", "T")
    stub.ask(f"P{RIP:x}={int(rip, 16).to_bytes(8, 'little').hex()}")
    stub.ask(f"z1,{address},1")
    stub.ask("D")


main()
