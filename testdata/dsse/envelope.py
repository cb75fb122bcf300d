"""Writes the envelopes of make.sh into the current directory, from the keys and agent.bin there."""
import base64, hashlib, json, subprocess


def sign(key, message):
    open('message', 'wb').write(message)
    args = ['-rawin', '-in', 'message'] if key == 'ed' else ['-rawin', '-digest', 'sha256', '-in', 'message']
    return subprocess.run(['openssl', 'pkeyutl', '-sign', '-inkey', key + '.key', *args],
                          check=True, capture_output=True).stdout


def pae(kind, body):
    return b'DSSEv1 %d %s %d %s' % (len(kind), kind.encode(), len(body), body)


def raw(der):
    def integer(at):
        n = der[at + 1]
        return int.from_bytes(der[at + 2:at + 2 + n], 'big').to_bytes(32, 'big'), at + 2 + n
    r, at = integer(2)
    s, _ = integer(at)
    return r + s


def statement(subjects, kind='https://in-toto.io/Statement/v1'):
    return json.dumps({'_type': kind, 'subject': subjects, 'predicateType': 'https://example.com/release/v1',
                       'predicate': {'release': '1.0'}}).encode()


def write(name, body, signatures, kind='application/vnd.in-toto+json', encode=base64.b64encode, signed_kind=None):
    message = pae(signed_kind or kind, body)
    made = [{'keyid': k, 'sig': encode(change(sign(k, message))).decode()} for k, change in signatures]
    with open(name + '.dsse', 'w') as f:
        json.dump({'payloadType': kind, 'payload': encode(body).decode(), 'signatures': made}, f)


same = lambda signature: signature
sha256 = hashlib.sha256(open('agent.bin', 'rb').read()).hexdigest()
sha512 = hashlib.sha512(open('agent.bin', 'rb').read()).hexdigest()
agent = {'name': 'agent.bin', 'digest': {'sha256': sha256}}
other = {'name': 'other.bin', 'digest': {'sha256': '00' * 32}}
one = statement([agent])

write('ec', one, [('ec', same)])
write('ec-raw', one, [('ec', raw)])
write('ed', one, [('ed', same)])
write('rsa', one, [('rsa', same)])
write('url', one, [('ec', same)], encode=base64.urlsafe_b64encode)
write('two', one, [('ec', same), ('ed', same)])
write('twice', one, [('ec', same), ('ec', same)])
write('v01', statement([agent], 'https://in-toto.io/Statement/v0.1'), [('ec', same)])
write('many', statement([other, agent, dict(other, digest={'sha256': '11' * 32})]), [('ec', same)])
write('digests', statement([dict(agent, digest={'sha256': sha256, 'sha512': sha512, 'gitCommit': '00' * 20})]), [('ec', same)])
write('other', statement([other]), [('ec', same)])
write('others', statement([other, dict(other, digest={'sha256': '11' * 32})]), [('ec', same)])
write('contradicts', statement([dict(agent, digest={'sha256': sha256, 'sha512': '00' * 64}), other]), [('ec', same)])
write('another-type', one, [('ec', same)], kind='text/plain')
write('type-changed', one, [('ec', same)], signed_kind='text/plain')
write('broken', one, [('ec', lambda s: s[:-1] + bytes([s[-1] ^ 1]))])
write('half-broken', one, [('ec', same), ('ed', lambda s: s[:-1] + bytes([s[-1] ^ 1]))])
write('v2', statement([agent], 'https://in-toto.io/Statement/v2'), [('ec', same)])
