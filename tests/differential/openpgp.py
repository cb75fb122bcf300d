#!/usr/bin/env python3
"""Compares assay with Sequoia (sqv, and sq for what is no detached signature) over generated certificates and messages.

usage: openpgp.py ASSAY [CERTIFICATES [SEED]]

gpg and sq make vendors' keys; gpg signs with each key, at times of a grid that begins before the keys were made.  Of
every vendor's certificate so many copies are changed at random: expiry set and set again, keys revoked for each reason, users added
and revoked, parts lost, damaged, in another order, kept twice, without back-signatures.  Every signature is judged under
every copy, in two ways:

  then  as of the time that the signature claims.  Both are asked the same question; they differ where DIFFERS_THEN says so.
  now   as of today, with `expired_signer=at-signing-time`.  assay asks the certificate today, too; Sequoia never does.
        They differ where DIFFERS_NOW says so.

An explanation is a condition on what the certificate's packets say, read here, never on what a program says about them.
What no explanation fits fails.  Version 6 is not compared: the Sequoia of Debian 12 knows none.  Without gpg, sqv or sq the test is skipped.
"""
import calendar, collections, os, random, shutil, subprocess, sys, tempfile

sys.dont_write_bytecode = True
import makers, packets
from makers import DAY, Vendor, day
from packets import Certificate

START = calendar.timegm((2024, 1, 1, 0, 0, 0))
NOW = calendar.timegm((2026, 1, 1, 0, 0, 0))
TIMES = [START + n * 20 * DAY for n in range(-1, 15)]
KINDS = ['binary', 'binary', 'text', 'cleartext', 'inline', 'compressed', 'expiring']
VENDORS = [('gpg', 'ed25519'), ('sq', 'cv25519'), ('gpg', 'nistp256'), ('gpg', 'rsa2048'), ('sq', 'rsa3k'),
           ('gpg', 'nistp384'), ('gpg', 'nistp521')]
PER_CERTIFICATE = 16  # messages

Message = collections.namedtuple('Message', 'path kind key at label')


class Asked:
    """One signature under one certificate: what explanations may look at."""

    def __init__(self, vendor, ring, message):
        self.at, self.key = message.at, message.key
        self.is_primary = message.key == vendor.keys[0]
        self.cert = Certificate(ring)
        self.primary = packets.fingerprint(self.cert.parts[0][1])
        self.selves = self.cert.selves()

    def stands_at(self, at):
        """The newest self-signatures of the users that are not revoked by then, and of the key directly."""
        users = [[s for s in user if s.created <= at] for user in self.cert.users()]
        newest = [max(user, key=lambda s: (s.created, not s.is_self())) for user in users if user]
        direct = [s for s in self.cert.about(self.primary) if s.is_self() and s.created <= at]
        return direct + [s for s in newest if s.is_self()]


def no_user_left(asked, at):
    """All users are revoked and nothing is said of the key directly.  Sequoia then takes a revoked user's word; gpg and assay
    do not: nobody vouches for the key any more."""
    return not asked.stands_at(at) and any(s.created <= at for s in asked.selves)


def withdrawn_since(asked):
    """A soft revocation after the signature, with nothing newer said.  Sequoia never asks a certificate about today; assay
    does, for who withdrew a key does not stand by what it signed.  An expired key is another matter, and a setting."""
    for key, bindings in ((asked.primary, asked.selves),
                          (asked.key, [s for s in asked.cert.about(asked.key) if s.type == packets.BINDS_SUBKEY])):
        revoked = [s.created for s in asked.cert.about(key)
                   if s.is_soft() and s.type in (packets.REVOKES_KEY, packets.REVOKES_SUBKEY)]
        newest = max([s.created for s in bindings if s.created <= NOW], default=0)
        if any(asked.at < created <= NOW and created >= newest for created in revoked):
            return True
    return False


def cleaned_away(asked):
    """The signature is younger than the primary key and older than the first self-signature that is left, because renewed
    ones are cleaned away (gpg's export-clean and export-minimal, key servers).  Sequoia finds "no binding signature at
    time"; gpg, RNP and assay let the key's first word that is left speak for the time since the key was made: it is the key
    itself that speaks, and a later self-signature replaces an earlier one (RFC 9580 5.2.3.10).  Its expiry counts, and a
    subkey must have been bound at the time."""
    if asked.at < asked.cert.created() or any(s.created <= asked.at for s in asked.selves):
        return False
    first = min((s for s in asked.selves if s.created <= NOW), key=lambda s: s.created, default=None)
    if first is None or first.key_expiry and asked.at >= asked.cert.created() + first.key_expiry:
        return False
    return asked.is_primary or any(s.type == packets.BINDS_SUBKEY and s.created <= asked.at
                                   for s in asked.cert.about(asked.key))


DIFFERS_THEN = [  # whether assay allows what Sequoia does not, or the other way round; why
    (False, 'no user left', lambda asked: no_user_left(asked, asked.at)),
]
DIFFERS_NOW = [
    (False, 'no user left', lambda asked: no_user_left(asked, asked.at) or no_user_left(asked, NOW)),
    (False, 'withdrawn since', withdrawn_since),
    (True, 'cleaned away', cleaned_away),
]


def is_good(cmd):
    r = subprocess.run(cmd, capture_output=True)
    if r.returncode < 0 or r.returncode in (2, 70):
        raise RuntimeError(f'{" ".join(cmd)} ends with {r.returncode}: {r.stderr.decode()}')
    return r.returncode == 0, (r.stdout + r.stderr).decode('utf-8', 'replace')


def judge_by_assay(assay, ring, message, data, *settings):
    subject = [message.path] if message.kind in ('cleartext', 'inline', 'compressed') else ['--signature', message.path, data]
    return is_good([assay, 'verify', '--policy', 'none', '--key', ring, *settings, *subject])


def judge_by_sequoia(ring, message, data):
    """sqv merges the copies of a certificate; sq takes the first, and is given them merged."""
    if message.kind in ('cleartext', 'inline', 'compressed'):
        return is_good(['sq', '--force', 'verify', '--signer-cert', ring + '.merged', '--output', '/dev/null', message.path])
    return is_good(['sqv', '--keyring', ring, message.path, data])


class Comparison:
    def __init__(self, assay, seed, work):
        self.assay, self.rng, self.work = assay, random.Random(seed), work
        self.data, self.other = work + '/update.bin', work + '/other.bin'
        open(self.data, 'wb').write(b'update 1.0 \r\n- of all\n\n')
        open(self.other, 'wb').write(b'update 1.1 \r\n- of all\n\n')
        self.counts, self.bad = collections.Counter(), []

    def messages(self, vendor):
        """Every key signs at half of the times, in kinds at random."""
        found = []
        for i, key in enumerate(vendor.keys):
            for at in self.rng.sample(TIMES, len(TIMES) // 2):
                kind, path = self.rng.choice(KINDS), f'{self.work}/{i}-{at}.sig'
                if vendor.sign(key, at, kind, self.data, path):
                    found.append(Message(path, kind, key, at, f'{kind} by key {i} {day(at)}'))
        return found

    def note(self, ours, theirs, differs, asked, where, said):
        if ours == theirs:
            self.counts['both allow' if ours else 'both refuse'] += 1
            return
        for allows, name, explains in differs:
            if ours == allows and explains(asked):
                self.counts[name] += 1
                return
        self.bad.append(f'assay {"allows" if ours else "refuses"}, Sequoia does not: {where}\n    '
                        f'{said[0].splitlines()[:6]}\n    {said[1].splitlines()[-3:]}')

    def ask(self, vendor, ring, path, message, where):
        asked = Asked(vendor, ring, message)
        theirs, said_theirs = judge_by_sequoia(path, message, self.data)
        if message.kind != 'expiring':  # Sequoia asks about a signature's own expiry today
            ours, said = judge_by_assay(self.assay, path, message, self.data, '--at', f'@{message.at}')
            self.note(ours, theirs, DIFFERS_THEN, asked, f'then: {where}', (said, said_theirs))
        ours, said = judge_by_assay(self.assay, path, message, self.data, '--at', f'@{NOW}', '--set',
                                    'expired_signer=at-signing-time')
        self.note(ours, theirs, DIFFERS_NOW, asked, f'now: {where}', (said, said_theirs))

    def compare(self, vendor, certificates, messages):
        """So many certificates of a vendor, each under a part of what it signed."""
        path = self.work + '/ring.pgp'
        for _ in range(certificates):
            ring, sound, done = vendor.certificate(self.rng)
            open(path, 'wb').write(ring)
            subprocess.run(['sq', '--force', 'keyring', 'merge', '-B', '-o', path + '.merged', path], check=True)
            for message in self.rng.sample(messages, min(len(messages), PER_CERTIFICATE)):
                self.ask(vendor, sound, path, message, f'{vendor.maker}, {message.label}; {"; ".join(done)}')

    def must_refuse(self, vendor, ring, messages, data, why):
        """What nobody may allow, whatever Sequoia says."""
        path = self.work + '/ring.pgp'
        open(path, 'wb').write(ring)
        for message in messages:
            for settings in (['--at', f'@{message.at}'], ['--set', 'expired_signer=at-signing-time']):
                if judge_by_assay(self.assay, path, message, data, *settings)[0]:
                    self.bad.append(f'assay allows {why}: {vendor.maker}, {message.label}')
                self.counts['refused ' + why] += 1


def damaged(messages):
    """Copies of some messages with a bit of the signature turned."""
    found = []
    for message in [m for m in messages if m.kind == 'binary'][:2]:
        body = bytearray(open(message.path, 'rb').read())
        body[-1] ^= 1
        path = message.path + '.bad'
        open(path, 'wb').write(body)
        found.append(message._replace(path=path))
    return found


def main():
    assay, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2
    missing = [tool for tool in ('gpg', 'sqv', 'sq') if shutil.which(tool) is None]
    if missing:
        print(f'skipped: no {" and no ".join(missing)}')
        return 0
    with tempfile.TemporaryDirectory() as work:
        it = Comparison(assay, int(sys.argv[3]) if len(sys.argv) > 3 else 1, work)
        last = None
        for i, (maker, algorithm) in enumerate(VENDORS):
            vendor = Vendor(f'{work}/{i}', maker, algorithm, START)
            try:
                messages = it.messages(vendor)
                it.compare(vendor, n, messages)
                it.must_refuse(vendor, vendor.base, damaged(messages), it.data, 'a damaged signature')
                detached = [m for m in messages if m.kind in ('binary', 'text')]
                it.must_refuse(vendor, vendor.base, detached[:2], it.other, 'other data')
                if last is not None:
                    foreign = makers.with_foreign_subkeys(last.base, vendor.base)
                    it.must_refuse(vendor, foreign, messages[-4:], it.data, "another vendor's subkeys")
            finally:
                vendor.gpg.stop()
            last = vendor
    print(', '.join(f'{count} {name}' for name, count in it.counts.items()) + f', {len(it.bad)} not explained')
    for line in it.bad[:20]:
        print(line)
    return 1 if it.bad or not it.counts['both allow'] or not it.counts['both refuse'] else 0


if __name__ == '__main__':
    sys.exit(main())
