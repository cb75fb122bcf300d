"""A Sigstore of one's own: a CA, a certificate log, two transparency logs, a timestamp authority."""
import base64, datetime, hashlib, json, os, struct, subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
YEARS = datetime.timedelta(days=36500)
IDENTITY = 'https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0'
ISSUER = 'https://token.actions.example'
ARTIFACT = b'agent 1.0\n'
SCT_LIST = ObjectIdentifier('1.3.6.1.4.1.11129.2.4.2')


def b64(data):
    return base64.b64encode(data).decode()


def key():
    return ec.generate_private_key(ec.SECP256R1())


def spki(private):
    return private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(private, data):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    return private.sign(data, ec.ECDSA(hashes.SHA256()))


def stamp(time):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ')


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def utf8(text):
    data = text.encode()
    return bytes([0x0c]) + (bytes([len(data)]) if len(data) < 128 else bytes([0x81, len(data)])) + data


def authority(subject, issuer=None, until=NOW + YEARS):
    """(key, certificate) of a CA; its own issuer, or one of a former call."""
    private = key()
    signer, by = issuer or (private, None)
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(by.subject if by else name(subject))
               .public_key(private.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(NOW - datetime.timedelta(days=2)).not_valid_after(until)
               .add_extension(x509.BasicConstraints(True, None), True)
               .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True))
    return private, builder.sign(signer, hashes.SHA256())


def usage(signs=True):
    return x509.KeyUsage(signs, not signs, False, False, False, False, False, False, False)


class World:
    def __init__(self):
        self.root = authority('Acme Root')
        self.issuer = authority('Acme Issuing', self.root)
        self.other = authority('Other Issuing', self.root)
        self.stranger = authority('Stranger')
        self.ct, self.rekor, self.false = key(), key(), key()
        self.tiled = ed25519.Ed25519PrivateKey.generate()
        self.tsa_root = authority('Acme Time Root')
        self.tsa = self.time_stamper(self.tsa_root)

    def time_stamper(self, issuer):
        private = key()
        cert = (x509.CertificateBuilder().subject_name(name('Acme Time')).issuer_name(issuer[1].subject)
                .public_key(private.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(NOW - datetime.timedelta(days=1)).not_valid_after(NOW + YEARS)
                .add_extension(usage(), True)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
                .sign(issuer[0], hashes.SHA256()))
        return private, cert

    # ---- certificates ----

    def leaf(self, identity=IDENTITY, issuer_url=ISSUER, old_url=None, by=None, ca=False, signs=True, purpose=True,
             names=None, from_=-60, until=600, sct='good', critical=False):
        private, by = key(), by or self.issuer
        parts = [(x509.SubjectAlternativeName(names or [x509.UniformResourceIdentifier(identity)]), True), (usage(signs), True)]
        if ca:
            parts.append((x509.BasicConstraints(True, None), True))
        if purpose:
            parts.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False))
        extra = {'8': utf8(issuer_url), '1': (old_url or issuer_url).encode(), '12': utf8('https://github.com/acme/agent')}
        parts += [(x509.UnrecognizedExtension(ObjectIdentifier('1.3.6.1.4.1.57264.1.' + n), v), False) for n, v in extra.items()]
        if critical:
            parts.append((x509.UnrecognizedExtension(ObjectIdentifier('1.3.6.1.4.1.99999.7'), b'\5\0'), True))

        builder = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(by[1].subject)
                   .public_key(private.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(NOW + datetime.timedelta(seconds=from_))
                   .not_valid_after(NOW + datetime.timedelta(seconds=until)))
        for value, is_critical in parts:
            builder = builder.add_extension(value, is_critical)
        if sct:
            before = builder.sign(by[0], hashes.SHA256())
            builder = builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, self.scts(before, by, sct)), False)
        return private, builder.sign(by[0], hashes.SHA256())

    def scts(self, before, by, how):
        log = hashlib.sha256(spki(self.false if how == 'unknown' else self.ct)).digest()
        issuer = hashlib.sha256(spki((self.other if how == 'issuer' else by)[0])).digest()
        tbs = before.tbs_certificate_bytes
        ms = int(NOW.timestamp() * 1000)
        data = b'\0\0' + struct.pack('>Q', ms) + b'\0\1' + issuer + struct.pack('>I', len(tbs))[1:] + tbs + b'\0\0'
        value = sign(self.false if how in ('false', 'unknown') else self.ct, data)
        one = b'\0' + log + struct.pack('>Q', ms) + b'\0\0' + b'\4\3' + struct.pack('>H', len(value)) + value
        one = struct.pack('>H', len(one)) + one
        return_ = struct.pack('>H', len(one)) + one
        return b'\4' + (bytes([len(return_)]) if len(return_) < 128 else bytes([0x81, len(return_)])) + return_

    # ---- logs ----

    def log_id(self, tiled):
        if not tiled:
            return hashlib.sha256(spki(self.rekor)).digest()
        raw = self.tiled.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return hashlib.sha256(b'tiled.example\n\x01' + raw).digest()

    def entry(self, body, tiled=False, at=NOW, sign_with=None, index=7, promise=True, set_index=None, set_with=None, name_=None,
              origin=None, extra='', log=None, lie_root=False, hidden=None):
        """An entry in the second place of a tree of three."""
        kind, version = body['kind'], body['apiVersion']
        data = json.dumps(body, sort_keys=True, separators=(',', ':')).encode() if hidden is None else hidden
        leaf = lambda d: hashlib.sha256(b'\0' + d).digest()
        node = lambda a, b: hashlib.sha256(b'\1' + a + b).digest()
        first, third = leaf(b'first'), leaf(b'third')
        root = node(node(first, leaf(data)), third)
        host = 'tiled.example' if tiled else 'rekor.example'
        log = log or self.log_id(tiled)
        head = f'{origin or (host if tiled else host + " - 17")}\n3\n{b64(root)}\n'
        value = sign(sign_with or (self.tiled if tiled else self.rekor), head.encode())
        note = head + '\n' + extra + f'\u2014 {name_ or host} {b64(log[:4] + value)}\n'
        time = int(at.timestamp())
        out = {'logIndex': str(index), 'logId': {'keyId': b64(log)}, 'kindVersion': {'kind': kind, 'version': version},
               'integratedTime': '0' if tiled else str(time),
               'inclusionProof': {'logIndex': '1', 'rootHash': b64(root), 'treeSize': '3',
                                  'hashes': [b64(first), b64(third)], 'checkpoint': {'envelope': note}},
               'canonicalizedBody': b64(data)}
        if promise and not tiled:
            said = (f'{{"body":"{b64(data)}","integratedTime":{time},"logID":"{log.hex()}",'
                    f'"logIndex":{index if set_index is None else set_index}}}')
            out['inclusionPromise'] = {'signedEntryTimestamp': b64(sign(set_with or self.rekor, said.encode()))}
        return out

    # ---- time ----

    def token(self, data, tsa=None):
        private, cert = tsa or self.tsa
        open('tsa.key', 'wb').write(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                           serialization.NoEncryption()))
        open('tsa.crt', 'wb').write(cert.public_bytes(serialization.Encoding.PEM))
        open('stamped', 'wb').write(data)
        if not os.path.exists('tsa.cnf'):
            open('tsa.cnf', 'w').write('[tsa]\nserial = serial\ncrypto_device = builtin\nsigner_digest = sha256\n'
                                       'default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\n')
        run = lambda *words: subprocess.run(['openssl', 'ts', *words], check=True, capture_output=True)
        run('-query', '-data', 'stamped', '-sha256', '-no_nonce', '-cert', '-out', 'query')
        run('-reply', '-config', 'tsa.cnf', '-section', 'tsa', '-queryfile', 'query', '-signer', 'tsa.crt', '-inkey', 'tsa.key',
            '-out', 'reply')
        return open('reply', 'rb').read()

    # ---- the trusted root ----

    def trusted_root(self, log_until=None, ct_until=None, ca_until=None, tsa_until=None, ca_from=None, **changes):
        start = stamp(NOW - datetime.timedelta(days=2))
        valid = lambda end, begin=None: {'start': begin or start, **({'end': end} if end else {})}
        der = lambda c: {'rawBytes': b64(c.public_bytes(serialization.Encoding.DER))}
        log = lambda url, private, details, id_, end: {
            'baseUrl': url, 'hashAlgorithm': 'SHA2_256', 'logId': {'keyId': b64(id_)},
            'publicKey': {'rawBytes': b64(spki(private)), 'keyDetails': details, 'validFor': valid(end)}}
        ecdsa = 'PKIX_ECDSA_P256_SHA_256'
        root = {
            'mediaType': 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
            'tlogs': [log('https://rekor.example', self.rekor, ecdsa, self.log_id(False), log_until),
                      log('https://tiled.example', self.tiled, 'PKIX_ED25519', self.log_id(True), log_until)],
            'certificateAuthorities': [{'uri': 'https://ca.example', 'certChain': {'certificates': [der(self.issuer[1]), der(self.root[1])]},
                                        'validFor': valid(ca_until, ca_from)}],
            'ctlogs': [log('https://ct.example', self.ct, ecdsa, hashlib.sha256(spki(self.ct)).digest(), ct_until)],
            'timestampAuthorities': [{'uri': 'https://tsa.example', 'certChain': {'certificates': [der(self.tsa[1]), der(self.tsa_root[1])]},
                                      'validFor': valid(tsa_until)}]}
        root.update(changes)
        return root
