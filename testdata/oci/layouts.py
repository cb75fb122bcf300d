"""layouts.py DIRECTORY: OCI image layouts, good and bad, and PINS: each with the digest that names what is meant."""
import base64, gzip, hashlib, json, os, sys

INDEX, MANIFEST = 'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json'
CONFIG, LAYER = 'application/vnd.oci.image.config.v1+json', 'application/vnd.oci.image.layer.v1.tar'
root, pins = sys.argv[1], []

def digest(data, alg='sha256'):
    return f'{alg}:{hashlib.new(alg, data).hexdigest()}'

class Layout:
    def __init__(self, name):
        self.dir = os.path.join(root, name)
        self.name = name
        self.file('oci-layout', b'{"imageLayoutVersion":"1.0.0"}')

    def file(self, path, data):
        path = os.path.join(self.dir, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, 'wb').write(data)

    def blob(self, data, media_type, alg='sha256', **fields):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.file('blobs/' + digest(data, alg).replace(':', '/'), data)
        return {'mediaType': media_type, 'digest': digest(data, alg), 'size': len(data), **fields}

    def image(self, layers=((b'layer\n', 'gzip'),), ids=None, alg='sha256', config=CONFIG, **fields):
        ids = ids or [digest(data) for data, _ in layers]
        config = self.blob({'architecture': 'arm64', 'os': 'linux', 'config': {'Labels': {'Size': '1'}},
                            'rootfs': {'type': 'layers', 'diff_ids': ids}}, config)
        packed = [self.blob(gzip.compress(d, mtime=0), LAYER + '+gzip') if p == 'gzip' else
                  self.blob(b''.join(gzip.compress(bytes([c]), mtime=0) for c in d), LAYER + '+gzip') if p == 'parts' else
                  self.blob(d, LAYER) for d, p in layers]
        return self.blob({'schemaVersion': 2, 'mediaType': MANIFEST, 'config': config, 'layers': packed, **fields},
                         MANIFEST, alg)

    def index(self, *descriptors, **fields):
        return {'schemaVersion': 2, 'mediaType': INDEX, 'manifests': list(descriptors), **fields}

    def end(self, descriptors, pin=None, **fields):
        self.file('index.json', json.dumps(self.index(*descriptors, **fields)).encode())
        pins.append(f'{self.name} {pin or descriptors[0]["digest"]}\n')

def simple(name, change=lambda layout, image: image, **fields):
    layout = Layout(name)
    layout.end([change(layout, layout.image(**fields))])

simple('valid/image', layers=((b'one\n', 'gzip'), (b'two\n', None)))
simple('valid/long', alg='sha512')
simple('valid/parts', layers=((b'one\n', 'parts'),))
l = Layout('valid/nested')
l.end([l.blob(l.index(l.image(), l.image(layers=((b'two\n', None),))), INDEX)])
simple('valid/data', lambda layout, image: dict(image, data=base64.b64encode(
    open(os.path.join(layout.dir, 'blobs', image['digest'].replace(':', '/')), 'rb').read()).decode()))
l = Layout('valid/artifact')
l.end([l.blob({'schemaVersion': 2, 'config': l.blob(b'{}', 'application/vnd.oci.empty.v1+json'),
               'layers': [l.blob(b'text\n', 'text/plain')]}, MANIFEST)])

simple('invalid/diff_id', ids=[digest(b'other')])
simple('invalid/diff_ids', ids=[digest(b'layer\n')] * 2)
simple('invalid/size', lambda layout, image: dict(image, size=image['size'] + 1))
simple('invalid/data', lambda layout, image: dict(image, data='e30='))
simple('invalid/both', manifests=[])
simple('invalid/old', fsLayers=[])
simple('invalid/case', Layers=[])
simple('invalid/type', lambda layout, image: dict(image, mediaType=INDEX))
simple('invalid/upper', lambda layout, image: dict(image, digest=image['digest'].upper().replace('SHA', 'sha')))
l = Layout('invalid/extra')
l.blob(b'more\n', 'text/plain')
l.end([l.image()])
l = Layout('invalid/other')
l.end([l.image(), l.image(layers=((b'two\n', None),))])
l = Layout('invalid/unreached')
l.end([l.image()], l.image(layers=((b'two\n', None),))['digest'])
l = Layout('invalid/changed')
image = l.image()
l.end([image])
l.file('blobs/' + digest(gzip.compress(b'layer\n', mtime=0)).replace(':', '/'), gzip.compress(b'LAYER\n', mtime=0))
l = Layout('invalid/missing')
image = l.image()
l.end([image])
os.unlink(os.path.join(l.dir, 'blobs', digest(gzip.compress(b'layer\n', mtime=0)).replace(':', '/')))
l = Layout('invalid/deep')
inner = l.image()
for i in range(9):
    inner = l.blob(l.index(inner), INDEX)
l.end([inner])
l = Layout('invalid/version')
l.end([l.image()])
l.file('oci-layout', b'{"imageLayoutVersion":"2.0.0"}')
open(os.path.join(root, 'PINS'), 'w').writelines(pins)
