#!/bin/sh
# Makes the tar archives of the tests: valid ones by GNU tar and python3's tarfile, the others by changing their bytes.
# valid/NAME.list is what python3's tarfile lists of NAME: size, a blank, the name.
set -eu
cd "$(dirname "$0")"
rm -rf valid invalid tree
mkdir valid invalid tree tree/dir
export TZ=UTC LC_ALL=C
printf 'hello, archive\n' > tree/a.txt
head -c 1000 /dev/zero | tr '\0' b > tree/dir/b.bin
: > tree/dir/empty
ln -s ../a.txt tree/dir/link
ln tree/a.txt tree/hard
long=$(printf 'long%.0s' $(seq 40))
common="--sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -b 2"
for f in v7 ustar gnu pax; do
    tar $common --format=$f --pax-option=delete=atime,delete=ctime -cf valid/$f.tar -C tree a.txt dir hard 2>/dev/null ||
        tar $common --format=$f -cf valid/$f.tar -C tree a.txt dir hard
done
tar $common --format=gnu -cf valid/dot.tar -C tree .
tar $common --format=gnu --record-size=10240 -cf valid/blocked.tar -C tree a.txt
printf x > "tree/$long"
ln -s "$long" tree/l
for f in gnu pax; do
    tar $common --format=$f --pax-option=delete=atime,delete=ctime -cf valid/long_$f.tar -C tree "$long" l 2>/dev/null ||
        tar $common --format=$f -cf valid/long_$f.tar -C tree "$long" l
done
gzip -nkc valid/ustar.tar > valid/gzip.tar.gz
gzip -nkc valid/gnu.tar > valid/gzip.tgz
xz -kc valid/ustar.tar > valid/xz.tar.xz
zstd -qkc valid/ustar.tar > valid/zstd.tar.zst
bzip2 -kc valid/ustar.tar > valid/bzip2.tar.bz2
truncate -s 1M tree/sparse
printf end >> tree/sparse
tar $common -S --format=gnu -cf invalid/sparse_gnu.tar -C tree sparse
tar $common -S --format=pax --pax-option=delete=atime,delete=ctime -cf invalid/sparse_pax.tar -C tree sparse
rm -rf tree
python3 - <<'PY'
import glob, gzip, io, os, struct, subprocess, tarfile, zlib
try:
    import zstandard
except ImportError:
    zstandard = None

for path in sorted(glob.glob('valid/*.t*')):
    src = io.BytesIO(subprocess.run(['zstd', '-qdc', path], capture_output=True, check=True).stdout) if path.endswith('zst') else path
    with (tarfile.open(fileobj=src) if path.endswith('zst') else tarfile.open(path)) as t, open(path + '.list', 'w') as f:
        for m in t.getmembers():
            if m.isreg():
                f.write(f'{m.size} {os.path.normpath(m.name)}\n') # without "./"

def save(name, data):
    with open('invalid/' + name, 'wb') as f:
        f.write(data)

def header(name, size=0, type=b'0', link=b'', magic=b'ustar\x0000', prefix=b'', sizefield=None, bad=0):
    h = bytearray(512)
    h[0:len(name)] = name
    h[100:108] = b'0000644\0'; h[108:116] = b'0000000\0'; h[116:124] = b'0000000\0'
    h[124:136] = sizefield if sizefield is not None else b'%011o\0' % size
    h[136:148] = b'14524770400\0'
    h[148:156] = b' ' * 8
    h[156:157] = type
    h[157:157 + len(link)] = link
    h[257:265] = magic
    h[345:345 + len(prefix)] = prefix
    h[148:156] = b'%06o\0 ' % (sum(h) + bad)
    return bytes(h)

def pad(data, fill=b'\0'):
    return data + fill * (-len(data) % 512)

def file(name, data=b'x', **k):
    return header(name, len(data), **k) + pad(data)

def rec(key, value):
    n = len(key) + len(value) + 3
    while len(str(n)) + len(key) + len(value) + 3 != n:
        n = len(str(n)) + len(key) + len(value) + 3
    return b'%d %s=%s\n' % (n, key, value)

def pax(*records, type=b'x'):
    data = b''.join(r if isinstance(r, bytes) else rec(*r) for r in records)
    return header(b'pax', len(data), type) + pad(data)

def gnu(type, data):
    return header(b'././@LongLink', len(data), type, magic=b'ustar  \0') + pad(data)

END = b'\0' * 1024
a, b = file(b'a', b'aaa'), file(b'b', b'bbb')
save('checksum.tar', header(b'a', 3, bad=1) + pad(b'aaa') + END)
save('checksum_second.tar', a + header(b'b', 3, bad=1) + pad(b'bbb') + END)
save('size_octal.tar', header(b'a', sizefield=b'0000000008x\0') + END)
save('size_negative.tar', header(b'a', sizefield=b'\xff' * 12) + END)
save('size_huge.tar', header(b'a', sizefield=b'\x80' + b'\0' * 3 + b'\x7f' + b'\xff' * 7) + END)
save('size_over.tar', header(b'a', sizefield=b'\x80\1' + b'\0' * 10) + END)
save('past_end.tar', header(b'a', 5000) + pad(b'aaa') + END)
save('duplicate.tar', a + file(b'a', b'other') + END)
save('case.tar', a + file(b'A', b'other') + END)
save('dot_slash.tar', a + file(b'./a', b'other') + END)
save('file_and_directory.tar', a + header(b'a/', type=b'5') + END)
save('below_file.tar', a + file(b'a/b') + END)
save('absolute.tar', file(b'/etc/x') + END)
save('dotdot.tar', file(b'a/../../x') + END)
save('dotdot_prefix.tar', file(b'x', prefix=b'..') + END)
save('dotdot_backslash.tar', file(b'a\\..\\..\\x') + END)
save('control.tar', file(b'a\x1b[1m') + END)
save('no_name.tar', a + file(b'') + END)
save('link_absolute.tar', header(b'a', type=b'2', link=b'/etc/passwd') + END)
save('link_up.tar', header(b'd/a', type=b'2', link=b'../../x') + END)
save('link_through.tar', header(b'd/a', type=b'2', link=b'e/../../x') + END)
save('link_below.tar', header(b'd', type=b'2', link=b'e') + file(b'd/x') + END)
save('hard_absolute.tar', header(b'a', type=b'1', link=b'/etc/passwd') + END)
save('hard_unseen.tar', header(b'a', type=b'1', link=b'b') + b + END)
save('hard_up.tar', header(b'a', type=b'1', link=b'../b') + END)
save('link_with_data.tar', header(b'l', 512, type=b'2', link=b'a') + header(b'evil') + END)
save('directory_with_data.tar', header(b'd/', 512, type=b'5') + header(b'evil') + END)
save('device.tar', header(b'dev', type=b'4') + END)
save('character_device.tar', header(b'dev', type=b'3') + END)
save('fifo.tar', header(b'fifo', type=b'6') + END)
save('unknown_type.tar', file(b'u', type=b'Q') + a + END)
save('contiguous.tar', file(b'c', type=b'7') + END)
save('behind_end.tar', a + END + b)
save('one_zero_block.tar', a + b'\0' * 512)
save('lone_zero_block.tar', a + b'\0' * 512 + b + END)
save('no_end.tar', a)
save('no_multiple.tar', a + END + b'\0' * 10)
save('pad_not_zero.tar', header(b'a', 3) + pad(b'aaa', b'!') + END)
save('no_members.tar', b'\0' * 10240)
save('only_extension.tar', pax((b'path', b'a')) + END)
big = 1024
inner = file(b'evil', b'evil')
save('pax_size.tar', pax((b'size', b'1024')) + header(b'a', 0) + inner[:1024] + END)
save('pax_size_smaller.tar', pax((b'size', b'0')) + header(b'a', 1024) + inner[:1024] + END)
save('pax_size_twice.tar', pax((b'size', b'3'), (b'size', b'4')) + a + END)
save('pax_size_zero_first.tar', pax((b'size', b'03')) + a + END)
save('pax_path_twice.tar', pax((b'path', b'good'), (b'path', b'evil')) + a + END)
save('pax_path_absolute.tar', pax((b'path', b'/etc/x')) + a + END)
save('pax_path_nul.tar', pax((b'path', b'good\0evil')) + a + END)
save('pax_path_empty.tar', pax((b'path', b'')) + a + END)
save('pax_link_up.tar', pax((b'linkpath', b'../x')) + header(b'a', type=b'2', link=b'b') + END)
save('pax_length.tar', pax(b'12 path=evil\n') + a + END)
save('pax_length_long.tar', pax(b'99 path=evil\n') + a + END)
save('pax_no_newline.tar', pax(b'12 path=evil?') + a + END)
save('pax_no_key.tar', pax(b'5 =x\n') + a + END)
save('pax_twice.tar', pax((b'path', b'good')) + pax((b'path', b'evil')) + a + END)
save('pax_then_long.tar', pax((b'size', b'3')) + gnu(b'L', b'long\0') + a + END)
save('long_twice.tar', gnu(b'L', b'good\0') + gnu(b'L', b'evil\0') + a + END)
save('long_nul.tar', gnu(b'L', b'good\0evil\0') + a + END)
save('long_up.tar', gnu(b'L', b'../x\0') + a + END)
save('global_path.tar', pax((b'path', b'evil'), type=b'g') + a + END)
save('global_size.tar', pax((b'size', b'9'), type=b'g') + a + END)
tar = a + b + END
gz = gzip.compress(tar, 9, mtime=0)
save('gzip_tail.tar.gz', gz + b'hidden')
save('gzip_zeros.tar.gz', gz + b'\0' * 10)
save('gzip_two.tar.gz', gz + gzip.compress(b, mtime=0))
save('gzip_split.tar.gz', gzip.compress(a, mtime=0) + gzip.compress(b + END, mtime=0))
save('gzip_crc.tar.gz', gz[:-8] + b'\0\1\2\3' + gz[-4:])
save('gzip_isize.tar.gz', gz[:-4] + b'\0\1\2\3')
save('gzip_cut.tar.gz', gz[:-9])
save('gzip_ratio.tar.gz', gzip.compress(file(b'z', b'\0' * (20 << 20)) + END, 9, mtime=0))
run = lambda *a: subprocess.run(a, input=tar, capture_output=True, check=True).stdout
save('xz_tail.tar.xz', run('xz', '-c') + b'hidden!!')
save('xz_padding.tar.xz', run('xz', '-c') + b'\0' * 16)
save('bzip2_tail.tar.bz2', run('bzip2', '-c') + b'hidden!!')
save('zstd_tail.tar.zst', run('zstd', '-qc') + b'hidden!!')
save('xz_cut.tar.xz', run('xz', '-c')[:-5])
save('bzip2_cut.tar.bz2', run('bzip2', '-c')[:-5])
save('zstd_cut.tar.zst', run('zstd', '-qc', '--check')[:-3])
x = bytearray(run('zstd', '-qc', '--check')); x[-1] ^= 1
save('zstd_checksum.tar.zst', bytes(x))
PY
