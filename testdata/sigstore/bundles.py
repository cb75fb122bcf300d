"""Writes the bundles of make.sh: good ones into the directory that is named, and those of which one thing is wrong below wrong/."""
import copy, datetime, hashlib, json, os, sys

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from world import ARTIFACT, ISSUER, NOW, World, b64, key, sign, spki, stamp

out = sys.argv[1]
world = World()
DIGEST = hashlib.sha256(ARTIFACT).digest()
V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json'


def pem(kind, der):
    text = b64(der)
    return f'-----BEGIN {kind}-----\n' + '\n'.join(text[i:i + 64] for i in range(0, len(text), 64)) + f'\n-----END {kind}-----\n'


def der_of(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def statement(digest=DIGEST, kind='https://in-toto.io/Statement/v1'):
    return json.dumps({'_type': kind, 'subject': [{'name': 'agent.bin', 'digest': {'sha256': digest.hex()}}],
                       'predicateType': 'https://example.com/release/v1', 'predicate': {}}).encode()


def hashedrekord(value, proof, digest=DIGEST):
    return {'apiVersion': '0.0.1', 'kind': 'hashedrekord', 'spec': {
        'data': {'hash': {'algorithm': 'sha256', 'value': digest.hex()}},
        'signature': {'content': b64(value), 'publicKey': {'content': b64(proof.encode())}}}}


def hashedrekord_2(value, verifier, digest=DIGEST):
    return {'apiVersion': '0.0.2', 'kind': 'hashedrekord', 'spec': {'hashedRekordV002': {
        'data': {'algorithm': 'SHA2_256', 'digest': b64(digest)}, 'signature': {'content': b64(value), 'verifier': verifier}}}}


def dsse(value, proof, payload):
    return {'apiVersion': '0.0.1', 'kind': 'dsse', 'spec': {
        'envelopeHash': {'algorithm': 'sha256', 'value': '00' * 32},
        'payloadHash': {'algorithm': 'sha256', 'value': hashlib.sha256(payload).hexdigest()},
        'signatures': [{'signature': b64(value), 'verifier': b64(proof.encode())}]}}


def intoto(value, proof, payload):
    return {'apiVersion': '0.0.2', 'kind': 'intoto', 'spec': {'content': {
        'envelope': {'payloadType': 'application/vnd.in-toto+json',
                     'signatures': [{'publicKey': b64(proof.encode()), 'sig': b64(b64(value).encode())}]},
        'payloadHash': {'algorithm': 'sha256', 'value': hashlib.sha256(payload).hexdigest()}}}}


def bundle(kind='hashedrekord', signer=None, body=None, entry=None, message=ARTIFACT, payload=None, signed_type=None, tokens=None,
           managed=None, media=V03, sign_with=None, edit_body=None):
    """One bundle; every part of it is right for the others unless a caller says what it is instead."""
    private, cert = (managed, None) if managed else signer or world.leaf()
    tiled, envelope = kind in ('tiled', 'dsse-tiled'), kind in ('dsse', 'dsse-tiled', 'intoto')
    payload = payload or statement()
    type_ = 'application/vnd.in-toto+json'
    pae = b'DSSEv1 %d %s %d %s' % (len(signed_type or type_), (signed_type or type_).encode(), len(payload), payload)
    value = sign(sign_with or private, pae if envelope else message)
    proof = pem('PUBLIC KEY', spki(managed)) if managed else pem('CERTIFICATE', der_of(cert))
    verifier = {'publicKey' if managed else 'x509Certificate': {'rawBytes': b64(spki(managed) if managed else der_of(cert))},
                'keyDetails': 'PKIX_ECDSA_P256_SHA_256'}
    if body is None:
        body = {'hashedrekord': lambda: hashedrekord(value, proof), 'tiled': lambda: hashedrekord_2(value, verifier),
                'dsse-tiled': lambda: hashedrekord_2(value, verifier, hashlib.sha256(pae).digest()),
                'dsse': lambda: dsse(value, proof, payload), 'intoto': lambda: intoto(value, proof, payload)}[kind]()
    if edit_body:
        body = edit_body(body)
    material = {'publicKey': {'hint': 'acme'}} if managed else {'certificate': {'rawBytes': b64(der_of(cert))}}
    material['tlogEntries'] = [world.entry(body, tiled, **(entry or {}))]
    if tiled or tokens:
        stamps = [world.token(value)] if tokens is None else tokens(value)
        material['timestampVerificationData'] = {'rfc3161Timestamps': [{'signedTimestamp': b64(t)} for t in stamps]}
    made = {'mediaType': media, 'verificationMaterial': material}
    if envelope:
        made['dsseEnvelope'] = {'payload': b64(payload), 'payloadType': type_, 'signatures': [{'sig': b64(value)}]}
    else:
        made['messageSignature'] = {'messageDigest': {'algorithm': 'SHA2_256', 'digest': b64(DIGEST)}, 'signature': b64(value)}
    return made


def write(path, value):
    path = os.path.join(out, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(value if isinstance(value, str) else json.dumps(value))


def wrong(name, made):
    write(f'wrong/{name}.json', made)


def edited(made, change):
    made = copy.deepcopy(made)
    change(made, made['verificationMaterial'], (made['verificationMaterial'].get('tlogEntries') or [None])[0])
    return made


# ---- good ----

with open(os.path.join(out, 'agent.bin'), 'wb') as f:
    f.write(ARTIFACT)
managed = key()
write('trusted_root.json', world.trusted_root())
write('managed.pub', pem('PUBLIC KEY', spki(managed)))
write('other.pub', pem('PUBLIC KEY', spki(key())))
good = {kind: bundle(kind) for kind in ('hashedrekord', 'tiled', 'dsse', 'dsse-tiled', 'intoto')}
good['key'] = bundle(managed=managed)
good['key-tiled'] = bundle('tiled', managed=managed)
good['timestamped'] = bundle(tokens=lambda v: [world.token(v)])
good['v01'] = edited(good['hashedrekord'], lambda b, m, e: (
    b.update(mediaType='application/vnd.dev.sigstore.bundle+json;version=0.1'), e.pop('inclusionProof'),
    m.update(x509CertificateChain={'certificates': [m.pop('certificate')]})))
good['v02'] = edited(good['hashedrekord'], lambda b, m, e: (
    b.update(mediaType='application/vnd.dev.sigstore.bundle+json;version=0.2'),
    m.update(x509CertificateChain={'certificates': [m.pop('certificate'), {'rawBytes': b64(der_of(world.stranger[1]))}]})))
good['other-lines'] = bundle('tiled', entry={'extra': '\u2014 witness.example ' + b64(b'\1\2\3\4' + b'x' * 72) + '\n'})
good['bad-token-too'] = bundle(tokens=lambda v: [world.token(b'other bytes'), world.token(v)])
for name, made in good.items():
    write(f'{name}.sigstore.json', made)
base, tiled, env = good['hashedrekord'], good['tiled'], good['dsse']

# ---- wrong: the bundle ----

wrong('media-type', edited(base, lambda b, m, e: b.update(mediaType='application/vnd.dev.sigstore.bundle.v0.4+json')))
wrong('media-type-none', edited(base, lambda b, m, e: b.pop('mediaType')))
wrong('member-unknown', edited(base, lambda b, m, e: b.update(messageSignatures={})))
wrong('member-twice', json.dumps(base)[:-1] + ', "messageSignature": ' + json.dumps(base['messageSignature']) + '}')
wrong('two-contents', edited(base, lambda b, m, e: b.update(dsseEnvelope=env['dsseEnvelope'])))
wrong('no-content', edited(base, lambda b, m, e: b.pop('messageSignature')))
wrong('trailing', json.dumps(base) + '{}')
wrong('two-keys', edited(base, lambda b, m, e: m.update(publicKey={'hint': 'x'})))
wrong('no-key', edited(base, lambda b, m, e: m.pop('certificate')))
wrong('chain-in-v03', edited(base, lambda b, m, e: m.update(x509CertificateChain={'certificates': [m.pop('certificate')]})))
wrong('chain-empty', edited(good['v01'], lambda b, m, e: m.update(x509CertificateChain={'certificates': []})))
wrong('signature-empty', edited(base, lambda b, m, e: b['messageSignature'].update(signature='')))
wrong('base64-break', edited(base, lambda b, m, e: b['messageSignature'].update(
    signature=b['messageSignature']['signature'][:20] + '\n' + b['messageSignature']['signature'][20:])))
wrong('two-signatures', edited(env, lambda b, m, e: b['dsseEnvelope']['signatures'].append(b['dsseEnvelope']['signatures'][0])))
wrong('index-fraction', json.dumps(base).replace('"logIndex": "7"', '"logIndex": 7.0'))
wrong('index-negative', edited(base, lambda b, m, e: e.update(logIndex='-7')))
wrong('entry-twice', edited(base, lambda b, m, e: m['tlogEntries'].append(e)))
wrong('entries-33', edited(base, lambda b, m, e: m.update(tlogEntries=[dict(e, logId={'keyId': b64(bytes([i]) * 32)}) for i in range(32)] + [e])))
wrong('token-twice', edited(tiled, lambda b, m, e: m['timestampVerificationData']['rfc3161Timestamps'].append(
    m['timestampVerificationData']['rfc3161Timestamps'][0])))
wrong('v01-no-promise', edited(good['v01'], lambda b, m, e: e.pop('inclusionPromise')))
wrong('v03-no-proof', edited(base, lambda b, m, e: e.pop('inclusionProof')))
wrong('v01-no-head', edited(good['v01'], lambda b, m, e: e.update(inclusionProof={
    k: v for k, v in base['verificationMaterial']['tlogEntries'][0]['inclusionProof'].items() if k != 'checkpoint'})))

# ---- wrong: the logs ----

wrong('no-entry', edited(base, lambda b, m, e: m.update(tlogEntries=[])))
wrong('no-entry-stamped', edited(tiled, lambda b, m, e: m.update(tlogEntries=[])))
wrong('log-unknown', bundle(entry={'log': hashlib.sha256(b'x').digest()}))
wrong('promise-false', bundle(entry={'set_with': world.false}))
wrong('promise-other-index', bundle(entry={'set_index': 8}))
wrong('promise-other-time', edited(base, lambda b, m, e: e.update(integratedTime=str(int(e['integratedTime']) + 1))))
wrong('promise-none', edited(base, lambda b, m, e: e.pop('inclusionPromise')))
wrong('promise-none-key', edited(good['key'], lambda b, m, e: e.pop('inclusionPromise')))
wrong('head-false', bundle(entry={'sign_with': world.false}))
wrong('head-other-origin', bundle('tiled', entry={'origin': 'other.example'}))
wrong('head-other-name', bundle('tiled', entry={'name_': 'other.example'}))
wrong('head-v1-other-name', bundle(entry={'name_': 'other.example'}))
host = 'rekor.example'
wrong('head-one-line-false', edited(base, lambda b, m, e: e['inclusionProof']['checkpoint'].update(
    envelope=e['inclusionProof']['checkpoint']['envelope'] + f'\u2014 {host} ' + b64(world.log_id(False)[:4] + sign(world.false, b'x')) + '\n')))
wrong('head-nobodys', edited(tiled, lambda b, m, e: e['inclusionProof']['checkpoint'].update(
    envelope=e['inclusionProof']['checkpoint']['envelope'].rsplit('\n\n', 1)[0] + '\n\n\u2014 witness.example ' + b64(b'\1\2\3\4' + b'x' * 72) + '\n')))
wrong('proof-size', edited(base, lambda b, m, e: e['inclusionProof'].update(treeSize='4')))
wrong('proof-root', edited(base, lambda b, m, e: e['inclusionProof'].update(rootHash=b64(b'x' * 32))))
wrong('proof-index', edited(base, lambda b, m, e: e['inclusionProof'].update(logIndex='0')))
wrong('proof-outside', edited(base, lambda b, m, e: e['inclusionProof'].update(logIndex='3')))
wrong('proof-short', edited(base, lambda b, m, e: e['inclusionProof']['hashes'].pop()))
wrong('proof-long', edited(base, lambda b, m, e: e['inclusionProof']['hashes'].append(b64(b'x' * 32))))
wrong('proof-other-hash', edited(base, lambda b, m, e: e['inclusionProof'].update(hashes=[b64(b'x' * 32)] + e['inclusionProof']['hashes'][1:])))
other = base['verificationMaterial']['tlogEntries'][0]
wrong('entry-of-another', edited(bundle(), lambda b, m, e: m.update(tlogEntries=[other])))
signer = world.leaf()
value = sign(signer[0], ARTIFACT)
mine, his = pem('CERTIFICATE', der_of(signer[1])), pem('CERTIFICATE', der_of(world.leaf()[1]))
wrong('body-signature', bundle(signer=signer, edit_body=lambda b: hashedrekord(sign(signer[0], b'x'), mine)))


def with_body(kind, change):
    def edit(body):
        body = copy.deepcopy(body)
        change(body['spec'])
        return body
    return bundle(kind, edit_body=edit)


wrong('body-certificate', with_body('hashedrekord', lambda s: s['signature']['publicKey'].update(content=b64(his.encode()))))
wrong('body-bare-key', with_body('hashedrekord', lambda s: s['signature']['publicKey'].update(content=b64(pem('PUBLIC KEY', spki(key())).encode()))))
wrong('body-digest', with_body('hashedrekord', lambda s: s['data']['hash'].update(value='00' * 32)))
wrong('body-2-certificate', with_body('tiled', lambda s: s['hashedRekordV002']['signature']['verifier']['x509Certificate'].update(
    rawBytes=b64(der_of(world.leaf()[1])))))
wrong('body-2-signature', with_body('tiled', lambda s: s['hashedRekordV002']['signature'].update(content=b64(b'x' * 70))))
wrong('body-2-digest', with_body('tiled', lambda s: s['hashedRekordV002']['data'].update(digest=b64(b'x' * 32))))
wrong('body-2-dsse-digest', with_body('dsse-tiled', lambda s: s['hashedRekordV002']['data'].update(digest=b64(b'x' * 32))))
wrong('body-dsse-signature', with_body('dsse', lambda s: s['signatures'][0].update(signature=b64(b'x' * 70))))
wrong('body-dsse-certificate', with_body('dsse', lambda s: s['signatures'][0].update(verifier=b64(his.encode()))))
wrong('body-dsse-payload', with_body('dsse', lambda s: s['payloadHash'].update(value='00' * 32)))
wrong('body-dsse-two', with_body('dsse', lambda s: s['signatures'].append(s['signatures'][0])))
wrong('body-intoto-signature', with_body('intoto', lambda s: s['content']['envelope']['signatures'][0].update(sig=b64(b64(b'x').encode()))))
wrong('body-intoto-certificate', with_body('intoto', lambda s: s['content']['envelope']['signatures'][0].update(publicKey=b64(his.encode()))))
wrong('body-intoto-payload', with_body('intoto', lambda s: s['content']['payloadHash'].update(value='00' * 32)))
wrong('body-kind-crossed', bundle('dsse', edit_body=lambda b: hashedrekord(b'x', mine)))
wrong('kind-other', edited(base, lambda b, m, e: e['kindVersion'].update(kind='dsse')))
wrong('version-other', edited(base, lambda b, m, e: e['kindVersion'].update(version='0.0.2')))
wrong('key-of-entry', bundle(managed=managed, edit_body=lambda b: (
    b['spec']['signature']['publicKey'].update(content=b64(pem('PUBLIC KEY', spki(key())).encode())), b)[1]))

# ---- wrong: times ----

wrong('token-other-bytes', bundle('tiled', tokens=lambda v: [world.token(b'other bytes')]))
wrong('token-stranger', bundle('tiled', tokens=lambda v: [world.token(v, world.time_stamper(world.stranger))]))
wrong('token-other-leaf', bundle('tiled', tokens=lambda v: [world.token(v, world.time_stamper(world.tsa_root))]))
wrong('token-none', edited(tiled, lambda b, m, e: m.pop('timestampVerificationData')))
wrong('time-before', bundle(entry={'at': NOW - datetime.timedelta(seconds=61)}))
wrong('time-after', bundle(entry={'at': NOW + datetime.timedelta(seconds=601)}))
wrong('token-too-late', bundle('tiled', signer=world.leaf(from_=-900, until=-300)))
wrong('one-time-of-two', bundle(entry={'at': NOW + datetime.timedelta(seconds=601)}, tokens=lambda v: [world.token(v)]))

# ---- wrong: the certificate ----

wrong('ca-stranger', bundle(signer=world.leaf(by=world.stranger)))
wrong('leaf-is-ca', bundle(signer=world.leaf(ca=True)))
wrong('leaf-usage', bundle(signer=world.leaf(signs=False)))
wrong('leaf-purpose', bundle(signer=world.leaf(purpose=False)))
wrong('leaf-critical', bundle(signer=world.leaf(critical=True)))
wrong('leaf-two-names', bundle(signer=world.leaf(names=[x509.UniformResourceIdentifier('https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0'),
                                                        x509.RFC822Name('somebody@acme.example')])))
wrong('leaf-two-issuers', bundle(signer=world.leaf(old_url='https://other.example')))
wrong('leaf-other-issuer', bundle(signer=world.leaf(issuer_url=ISSUER + '/')))
wrong('leaf-other-identity', bundle(signer=world.leaf(identity='https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0.1')))
wrong('sct-none', bundle(signer=world.leaf(sct=None)))
wrong('sct-false', bundle(signer=world.leaf(sct='false')))
wrong('sct-unknown', bundle(signer=world.leaf(sct='unknown')))
wrong('sct-other-issuer', bundle(signer=world.leaf(sct='issuer')))

# ---- wrong: what is signed ----

wrong('signature-by-another', bundle(sign_with=key()))
wrong('signature-of-other-bytes', bundle(message=b'agent 2.0\n'))
wrong('message-digest', edited(base, lambda b, m, e: b['messageSignature']['messageDigest'].update(digest=b64(b'x' * 32))))
wrong('type-changed', bundle('dsse', signed_type='text/plain'))
wrong('statement-of-another', bundle('dsse', payload=statement(b'\0' * 32)))
wrong('statement-version', bundle('dsse', payload=statement(kind='https://in-toto.io/Statement/v2')))

# ---- trusted roots under which good bundles are none ----

ended = stamp(NOW - datetime.timedelta(hours=1))
for name, made in {
    'log-ended': world.trusted_root(log_until=ended), 'ct-ended': world.trusted_root(ct_until=ended),
    'ca-ended': world.trusted_root(ca_until=ended), 'tsa-ended': world.trusted_root(tsa_until=ended),
    'ca-later': world.trusted_root(ca_from=stamp(NOW + datetime.timedelta(days=1))),
    'no-logs': world.trusted_root(tlogs=[]), 'no-ct': world.trusted_root(ctlogs=[]),
    'no-ca': world.trusted_root(certificateAuthorities=[]), 'no-tsa': world.trusted_root(timestampAuthorities=[]),
    'media-type': world.trusted_root(mediaType='application/vnd.dev.sigstore.trustedroot+json;version=9'),
}.items():
    write(f'roots/{name}.json', made)
started = world.trusted_root()
del started['tlogs'][0]['publicKey']['validFor']['start']
write('roots/no-start.json', started)
swapped = world.trusted_root()
swapped['tlogs'][0]['publicKey']['rawBytes'] = swapped['ctlogs'][0]['publicKey']['rawBytes']
write('roots/log-key-swapped.json', swapped)
