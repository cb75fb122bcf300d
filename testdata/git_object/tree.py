"""Writes a tree object from modes, names and ids as they are given, three arguments an entry."""
import os
import sys

words = [os.fsencode(w) for w in sys.argv[1:]]
for mode, name, identity in zip(words[0::3], words[1::3], words[2::3]):
    sys.stdout.buffer.write(mode + b' ' + name + b'\0' + bytes.fromhex(identity.decode()))
