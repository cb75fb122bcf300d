"""pack.py ARCHIVE [-n] [-m MODE] [-t TEXT] NAME=FILE...: a cpio archive with sums (-n: without) and TEXT behind its end."""
import sys

def record(name, data, mode, crc):
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, sum(data) & 0xffffffff if crc else 0]
    out = (b'070702' if crc else b'070701') + b''.join(b'%08X' % f for f in fields) + name + b'\0'
    out += b'\0' * (-len(out) % 4) + data
    return out + b'\0' * (-len(data) % 4)

args, crc, tail, mode, whole = sys.argv[2:], True, b'', 0o100644, b''
while args:
    arg = args.pop(0)
    if arg == '-n':
        crc = False
    elif arg == '-t':
        tail = args.pop(0).encode()
    elif arg == '-m':
        mode = int(args.pop(0), 8)
    else:
        name, path = arg.split('=', 1)
        whole += record(name.encode(), open(path, 'rb').read(), mode, crc)
whole += record(b'TRAILER!!!', b'', 0, crc) + tail
open(sys.argv[1], 'wb').write(whole)
