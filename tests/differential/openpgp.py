#!/usr/bin/env python3
"""Compares assay with sqv over generated certificates: expiry, revocations, subkeys and user ids at many times.

usage: openpgp.py ASSAY [CERTIFICATES [SEED]]

gpg makes one key with signing subkeys, signs at every time of a grid with each of them, and then changes copies of the
certificate at random: expiry set and set again, subkeys and the certificate revoked for each reason, users added and
revoked.  sqv and assay judge every signature under every certificate, as of the signature's own time.  Where they
disagree one of EXPLAINED must say why; anything else fails.  Without gpg or sqv the test is skipped.
"""
import calendar, os, random, shutil, subprocess, sys, tempfile, time

DAY = 86400
START = calendar.timegm((2024, 1, 1, 0, 0, 0))
TIMES = [START + n * 20 * DAY for n in range(-1, 15)]
EXPIRIES = ['never', '30d', '90d', '150d', '220d']
ALGORITHMS = ['ed25519', 'rsa2048', 'nistp256', 'nistp384', 'nistp521']


class Gpg:
    def __init__(self, home):
        self.home = home
        os.makedirs(home, mode=0o700)

    def __call__(self, at, *args, text=None, check=True):
        cmd = ['gpg', '--homedir', self.home, '--batch', '--no-tty', '--yes', '--quiet', '--pinentry-mode', 'loopback',
               '--passphrase', '', '--faked-system-time', f'{at}!', '--ignore-time-conflict', '--expert', *args]
        try:
            r = subprocess.run(cmd, input=text or b'', capture_output=True, timeout=20)
        except subprocess.TimeoutExpired:  # gpg waits for a second later than the signature that it replaces
            if check:
                raise
            return b''
        if check and r.returncode != 0:
            raise RuntimeError(f'{" ".join(cmd)}: {r.stderr.decode()}')
        return r.stdout

    def edit(self, at, key, *words):
        self(at, '--command-fd', '0', '--edit-key', key, text=''.join(w + '\n' for w in words).encode(), check=False)

    def stop(self):
        subprocess.run(['gpgconf', '--homedir', self.home, '--kill', 'all'], capture_output=True)


def fingerprints(gpg):
    lines = gpg(START, '--list-keys', '--with-colons').decode().splitlines()
    return [line.split(':')[9] for line in lines if line.startswith('fpr')]


def change(gpg, rng, key, at):
    """One change of the certificate at a time; what it was, for people."""
    kind = rng.choice(['expire', 'expire', 'sub-expire', 'sub-revoke', 'revoke', 'adduid', 'revuid', 'refresh'])
    sub = rng.choice(['1', '2'])
    reason = rng.choice(['0', '1', '2', '3'])
    until = rng.choice(EXPIRIES)
    if kind == 'expire':
        gpg.edit(at, key, 'expire', until.replace('never', '0'), 'save')
    elif kind == 'sub-expire':
        gpg.edit(at, key, f'key {sub}', 'expire', until.replace('never', '0'), 'save')
    elif kind == 'sub-revoke':
        gpg.edit(at, key, f'key {sub}', 'revkey', 'y', reason, '', 'y', 'save')
    elif kind == 'revoke':
        gpg.edit(at, key, 'revkey', 'y', reason, '', 'y', 'save')
    elif kind == 'adduid':
        gpg(at, '--quick-add-uid', key, f'other {rng.random()}', check=False)
    elif kind == 'revuid':
        gpg.edit(at, key, 'uid 1', 'revuid', 'y', rng.choice(['0', '4']), '', 'y', 'save')
    else:
        gpg.edit(at, key, 'setpref SHA512 SHA384 SHA256 AES256', 'y', 'save')
    detail = {'expire': until, 'sub-expire': f'{sub} {until}', 'sub-revoke': f'{sub} for {reason}', 'revoke': reason}
    return f'{kind} {detail.get(kind, "")} at {time.strftime("%F", time.gmtime(at))}'


def judge(cmd):
    r = subprocess.run(cmd, capture_output=True)
    return r.returncode == 0, (r.stdout + r.stderr).decode('utf-8', 'replace')


def soft_revocation_since(label, said, said_sqv):
    """assay asks the certificate at the reference time too: who withdrew a key does not stand by what it signed before."""
    return 'signer.revoked' in said


def no_self_signature_left(label, said, said_sqv):
    """sqv wants a self-signature older than the signature; assay takes a primary key at its own later word, for renewed
    self-signatures are cleaned away and the key needs nobody to vouch for it."""
    return 'by primary' in label and 'No binding signature at time' in said_sqv


def no_user_left(label, said, said_sqv):
    """assay asks the certificate at the reference time too: all its users are revoked by then."""
    return 'no self-signature of the certificate counts' in said


EXPLAINED = [  # (assay allows, what explains it)
    (False, soft_revocation_since),
    (False, no_user_left),
    (True, no_self_signature_left),
]


def main():
    assay, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 12
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    missing = [tool for tool in ('gpg', 'sqv') if shutil.which(tool) is None]
    if missing:
        print(f'skipped: no {" and no ".join(missing)}')
        return 0
    counts, bad = {'both allow': 0, 'both refuse': 0, 'explained': 0}, []
    with tempfile.TemporaryDirectory() as work:
        data = work + '/update.bin'
        open(data, 'wb').write(b'update 1.0\n')
        for round_no in range(0, n, 12):
            algorithm = ALGORITHMS[round_no // 12 % len(ALGORITHMS)]
            gpg = Gpg(f'{work}/home{round_no}')
            try:
                compare(assay, gpg, rng, algorithm, min(12, n - round_no), work, data, counts, bad)
            finally:
                gpg.stop()
    print(', '.join(f'{v} {k}' for k, v in counts.items()), f'{len(bad)} not explained')
    for line in bad[:20]:
        print(line)
    return 1 if bad or counts['both allow'] == 0 or counts['both refuse'] == 0 else 0


def compare(assay, gpg, rng, algorithm, certificates, work, data, counts, bad):
    gpg(START, '--quick-generate-key', 'vendor', algorithm, 'sign,cert', 'never')
    key = fingerprints(gpg)[0]
    for at in (START + 50 * DAY, START + 110 * DAY):
        gpg(at, '--quick-add-key', key, algorithm + ('/ecdsa' if 'nist' in algorithm else ''), 'sign', 'never')
    keys = fingerprints(gpg)
    signatures = []
    for i, signer in enumerate(keys):
        for at in TIMES:
            path = f'{work}/{i}-{at}.sig'
            if os.path.exists(path):
                os.unlink(path)
            gpg(at, '--local-user', signer + '!', '--output', path, '--detach-sign', data, check=False)
            if os.path.exists(path):
                signatures.append((path, f'by {"primary" if i == 0 else f"subkey {i}"} {time.strftime("%F", time.gmtime(at))}'))
    base = gpg(START, '--export', key)
    for _ in range(certificates):
        os.unlink(gpg.home + '/pubring.kbx')
        gpg(START, '--import', text=base)
        times = sorted(rng.sample(range(111, 280), rng.choice([0, 1, 1, 2, 2, 3, 4])))
        changes = [change(gpg, rng, key, START + n * DAY) for n in times]
        ring = work + '/ring.pgp'
        options = rng.choice([[], [], ['--export-options', 'export-clean'], ['--export-options', 'export-minimal']])
        open(ring, 'wb').write(gpg(START, *options, '--export', key))
        for path, label in signatures:
            theirs, said_sqv = judge(['sqv', '--keyring', ring, path, data])
            ours, said = judge([assay, 'verify', '--policy', 'none', '--key', ring, '--set',
                                'expired_signer=at-signing-time', '--signature', path, data])
            if ours == theirs:
                counts['both allow' if ours else 'both refuse'] += 1
            elif any(ours == allows and explains(label, said, said_sqv) for allows, explains in EXPLAINED):
                counts['explained'] += 1
            else:
                bad.append(f'assay {"allows" if ours else "refuses"}, sqv does not: {algorithm}, {label}, {options}, '
                           f'{"; ".join(changes)}\n    {said.splitlines()[:6]}\n    {said_sqv.splitlines()[-3:]}')


if __name__ == '__main__':
    sys.exit(main())
