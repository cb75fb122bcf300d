"""Copies of valid documents with one defect each: edit.py VALID INVALID."""
import pathlib, sys

valid, invalid = map(pathlib.Path, sys.argv[1:])
clear = (valid / 'clear.asc').read_bytes()
armored = (valid / 'armored.asc').read_bytes()
sig = (valid / 'Vendor.sig').read_bytes()
message = (valid / 'message.gpg').read_bytes()
zipped = (valid / 'zip.gpg').read_bytes()
lines = armored.split(b'\n')
one_pass, rest = message[:15], message[15:]
begin = b'-----BEGIN PGP SIGNATURE-----'

edits = {
    'clear-text-before': b'text\n' + clear,
    'clear-text-behind': clear + b'text\n',
    'clear-two-frames': clear + clear,
    'clear-header': clear.replace(b'Hash: ', b'Comment: x\nHash: '),
    'clear-not-dash-escaped': clear.replace(b'Hash: ', b'NotDashEscaped: x\nHash: '),
    'clear-blank-is-no-empty-line': clear.replace(b'\n\n', b'\n \n', 1),
    'clear-form-feed': clear.replace(b'\n\n', b'\n\f\n', 1),
    'clear-dash': clear.replace(b'- - a dash', b'- a dash').replace(b'\n- a dash', b'\n-a dash'),
    'clear-no-signature': clear[:clear.index(begin)],
    'clear-cut': clear[:-40],
    'armor-text-before': b'text\n' + armored,
    'armor-text-behind': armored + b'text\n',
    'armor-text-between': armored + b'text\n' + armored,
    'armor-message-behind': armored + armored.replace(b'PGP SIGNATURE', b'PGP MESSAGE'),
    'armor-header': armored.replace(begin + b'\n', begin + b'\nFoo: bar\n'),
    'armor-no-blank-line': armored.replace(b'\n\n', b'\n', 1),
    'armor-checksum': armored.replace(lines[-3], b'=AAAA'),
    'armor-other-end': armored.replace(b'END PGP SIGNATURE', b'END PGP MESSAGE'),
    'armor-stray-letter': armored.replace(b'\n' + lines[3], b'\n*' + lines[3]),
    'binary-cut': sig[:-1],
    'binary-behind': sig + b'\0',
    'binary-huge-length': b'\xc2\xff\xff\xff\xff\xff' + sig[2:],
    'binary-partial-length': b'\xc2\xe9' + sig[2:],
    'binary-indeterminate-length': b'\x8b' + sig[2:],
    'binary-literal-before': rest[:rest.index(b'agent 1.0\n') + 10] + sig,
    'binary-key-behind': sig + (valid / 'Vendor.pgp').read_bytes(),
    'binary-type-0': bytes([0x80, sig[1]]) + sig[2:],
    'message-two-literals': one_pass + rest[:rest.index(b'agent 1.0\n') + 10] + rest,
    'message-no-signature': message[:message.index(b'agent 1.0\n') + 10],
    'message-no-one-pass': rest,
    'message-two-one-passes': one_pass + message,
    'message-other-hash': message[:4] + bytes([message[4] ^ 1]) + message[5:],
    'message-one-pass-version': message[:2] + b'\x0b' + message[3:],
    'message-unsigned': rest[:rest.index(b'agent 1.0\n') + 10],
    'message-behind': message + b'\xcb\x06b\0\0\0\0\0',
    'zip-cut': zipped[:-10],
}
for name, data in edits.items():
    (invalid / name).write_bytes(data)
