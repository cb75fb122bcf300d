"""Keys, signatures and changed certificates, made by gpg and sq."""
import os, random, subprocess, time

import packets
from packets import Certificate, PUBLIC_SUBKEY, USER_ID, BINDS_SUBKEY

DAY = 86400


class Gpg:
    """gpg with a home of its own and a clock that is told."""

    def __init__(self, home):
        self.home = home
        os.makedirs(home, mode=0o700)

    def run(self, at, *args, text=b''):
        cmd = ['gpg', '--homedir', self.home, '--batch', '--no-tty', '--yes', '--quiet', '--pinentry-mode', 'loopback',
               '--passphrase', '', '--faked-system-time', f'{at}!', '--ignore-time-conflict', '--expert',
               '--no-auto-check-trustdb', '--trust-model', 'always', *args]
        return subprocess.run(cmd, input=text, capture_output=True, timeout=20)

    def __call__(self, at, *args, text=b''):
        r = self.run(at, *args, text=text)
        if r.returncode != 0:
            raise RuntimeError(f'gpg {" ".join(args)}: {r.stderr.decode()}')
        return r.stdout

    def attempt(self, at, *args, text=b''):
        """True when it worked: gpg waits for the second after a signature that it is to replace, and never sees it."""
        try:
            return self.run(at, *args, text=text).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def edit(self, at, key, *words):
        self.attempt(at, '--command-fd', '0', '--edit-key', key, text=''.join(w + '\n' for w in words).encode())

    def stop(self):
        subprocess.run(['gpgconf', '--homedir', self.home, '--kill', 'all'], capture_output=True)


def iso(at):
    return time.strftime('%Y%m%dT%H%M%S', time.gmtime(at))


def day(at):
    return time.strftime('%F', time.gmtime(at))


class Vendor:
    """A certificate that signs: made by gpg or by sq, with its keys in gpg."""

    def __init__(self, work, maker, algorithm, start):
        self.work, self.maker, self.start = work, maker, start
        os.mkdir(work)
        self.gpg = Gpg(work + '/gnupg')
        if maker == 'sq':
            self.make_by_sq(algorithm)
        else:
            self.make_by_gpg(algorithm)
        lines = self.gpg(start, '--list-keys', '--with-colons').decode().splitlines()
        self.keys = [line.split(':')[9] for line in lines if line.startswith('fpr')]
        self.base = self.gpg(start, '--export', self.keys[0])

    def make_by_sq(self, algorithm):
        secret = self.work + '/sq.key'
        subprocess.run(['sq', 'key', 'generate', '--can-sign', '--cannot-encrypt', '--cannot-authenticate', '-c', algorithm,
                        '-u', 'vendor', '--creation-time', iso(self.start), '--expires', 'never', '-e', secret], check=True,
                       capture_output=True)
        self.gpg(self.start, '--import', text=open(secret, 'rb').read())

    def make_by_gpg(self, algorithm):
        self.gpg(self.start, '--quick-generate-key', 'vendor', algorithm, 'sign,cert', 'never')
        key = self.gpg(self.start, '--list-keys', '--with-colons').decode().split('\nfpr:')[1].split(':')[8]
        for at in (self.start + 50 * DAY, self.start + 110 * DAY):
            self.gpg(at, '--quick-add-key', key, algorithm + ('/ecdsa' if 'nist' in algorithm else ''), 'sign', 'never')

    def begin_again(self):
        """The certificate as it was made."""
        os.unlink(self.gpg.home + '/pubring.kbx')
        self.gpg(self.start, '--import', text=self.base)

    # ---- what it signs ----

    def sign(self, key, at, kind, data, path):
        """One message of a kind; False when gpg would not make it."""
        args = {'binary': ['--detach-sign'], 'text': ['--textmode', '--detach-sign'], 'cleartext': ['--clearsign'],
                'inline': ['-z', '0', '--sign'], 'compressed': ['--sign'],
                'expiring': ['--default-sig-expire', '40d', '--detach-sign']}[kind]
        if os.path.exists(path):
            os.unlink(path)
        return self.gpg.attempt(at, '--local-user', key + '!', '--output', path, *args, data) and os.path.exists(path)

    # ---- how its certificate changes ----

    def change(self, rng, at):
        """One change of the certificate at a time by gpg; what it was, for people."""
        kind = rng.choice(['expire', 'expire', 'sub-expire', 'sub-revoke', 'revoke', 'adduid', 'revuid', 'refresh'])
        sub = str(rng.randint(1, len(self.keys) - 1)) if len(self.keys) > 1 else None
        reason, until = rng.choice('0123'), rng.choice(['0', '30d', '90d', '150d', '220d'])
        gpg, key = self.gpg, self.keys[0]
        if kind == 'expire' or sub is None and kind == 'sub-expire':
            gpg.edit(at, key, 'expire', until, 'save')
        elif kind == 'sub-expire':
            gpg.edit(at, key, f'key {sub}', 'expire', until, 'save')
        elif kind == 'sub-revoke' and sub is not None:
            gpg.edit(at, key, f'key {sub}', 'revkey', 'y', reason, '', 'y', 'save')
        elif kind == 'revoke' or kind == 'sub-revoke':
            gpg.edit(at, key, 'revkey', 'y', reason, '', 'y', 'save')
        elif kind == 'adduid':
            gpg.attempt(at, '--quick-add-uid', key, f'other {rng.random()}')
        elif kind == 'revuid':  # gpg does not revoke the last one
            gpg.attempt(self.start + 105 * DAY, '--quick-add-uid', key, f'other {rng.random()}')
            gpg.attempt(at, '--quick-revoke-uid', key, 'vendor')
        else:
            gpg.edit(at, key, 'setpref SHA512 SHA384 SHA256 AES256', 'y', 'save')
        return f'{kind} (key {sub}, reason {reason}, until {until}) {day(at)}'

    def revocation_by_sq(self, rng, at):
        """A certificate that sq revokes, or one of its subkeys; nothing where sq cannot."""
        ring, secret = self.work + '/sq.ring', self.work + '/sq.key'
        open(ring, 'wb').write(self.base)
        reason = rng.choice(['compromised', 'superseded', 'retired', 'unspecified'])
        what = ['certificate'] if rng.random() < 0.5 else ['subkey']
        words = (self.keys[1:2] if what == ['subkey'] else []) + [reason, 'as said']
        r = subprocess.run(['sq', 'revoke', *what, '--certificate', ring, '--revocation-key', secret, '-B', '-t', iso(at),
                            *words], capture_output=True)
        return r.stdout, f'sq revokes the {what[0]} as {reason} {day(at)}'

    def certificate(self, rng):
        """
        The certificate after changes at random, exported whole or cleaned; the same without what is damaged in it; and what
        was done to it.
        """
        self.begin_again()
        times = sorted(rng.sample(range(111, 280), rng.choice([0, 1, 1, 2, 2, 3, 4])))
        done = [self.change(rng, self.start + n * DAY) for n in times]
        options = rng.choice([[], [], ['--export-options', 'export-clean'], ['--export-options', 'export-minimal']])
        ring = self.gpg(self.start, *options, '--export', self.keys[0])
        if self.maker == 'sq' and rng.random() < 0.5:
            more, said = self.revocation_by_sq(rng, self.start + rng.randint(20, 280) * DAY)
            ring, done = ring + more, done + [said]
        return rearrange(rng, ring, self.base, done + options[1:])


def only_with(parts, kind, has):
    return [(part, s) for part in parts if part[0] == kind for s in part[2] if has(s)]


def rearrange(rng, ring, base, done):
    """The same certificate as others might keep it: with parts lost, twice, in another order, or damaged."""
    how = rng.choice(['as it is', 'as it is', 'no back-signature', 'one lost', 'damaged', 'shuffled', 'with the old copy',
                      'behind the old copy', 'one user'])
    cert = Certificate(ring)
    some = [(part, s) for part in cert.parts for s in part[2]]
    if how == 'with the old copy':
        return ring + base, ring + base, done + [how]
    if how == 'behind the old copy':
        return base + ring, base + ring, done + [how]
    if how == 'no back-signature':
        some = only_with(cert.parts, PUBLIC_SUBKEY,
                         lambda s: s.type == BINDS_SUBKEY and any(kind == packets.EMBEDDED for kind, _ in s.unhashed()))
        for part, s in some:
            part[2][part[2].index(s)] = packets.Signature(s.without_back_signature())
    elif how == 'one user':
        first = next((part for part in cert.parts if part[0] == USER_ID), None)
        cert.parts = [part for part in cert.parts if part[0] != USER_ID or part is first]
    elif how == 'shuffled':
        for part in cert.parts:
            rng.shuffle(part[2])
    elif how == 'one lost' and some:
        part, s = rng.choice(some)
        part[2].remove(s)
    elif how == 'damaged' and some:
        part, s = rng.choice(some)
        place = part[2].index(s)
        part[2][place] = packets.Signature(s.body[:-1] + bytes([s.body[-1] ^ 1]))
        damaged = cert.write()
        del part[2][place]
        return damaged, cert.write(), done + [how]
    return cert.write(), cert.write(), done + [how]


def with_foreign_subkeys(ring, other):
    """Another vendor's subkeys behind a certificate, with the bindings that they have."""
    cert = Certificate(ring)
    cert.parts += [part for part in Certificate(other).parts if part[0] == PUBLIC_SUBKEY]
    return cert.write()
