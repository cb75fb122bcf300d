"""make.py TESTDATA: every case of testdata/layout, from the keys in the working directory."""
import base64
import copy
import json
import os
import shutil
import subprocess
import sys

from in_toto.models.layout import Inspection, Layout, Step
from in_toto.models.metadata import Metablock
from securesystemslib import interface
from securesystemslib.keys import create_signature

HERE = sys.argv[1]
TYPES = {'owner2': 'rsa', 'dave': 'rsa', 'erin': 'ecdsa'}
FAR = '2126-01-01T00:00:00Z'
EVERYTHING = ['DISALLOW', '*']


def private(name):
    return interface.import_privatekey_from_file(name, TYPES.get(name, 'ed25519'))


def public(name):
    key = interface.import_publickeys_from_file([name + '.pub'], [TYPES.get(name, 'ed25519')])
    return next(iter(key.values()))


def key_id(name):
    return public(name)['keyid']


def run(name, who, where, materials, products, *command):
    """in-toto-run in a directory; the link is left there."""
    words = ['in-toto-run', '-n', name, '-k', os.path.abspath(who), '-t', TYPES.get(who, 'ed25519')]
    words += (['-m'] + materials if materials else []) + (['-p'] + products if products else [])
    subprocess.run(words + (['--'] + list(command) if command else ['-x']), cwd=where, check=True)


def step(name, *who, threshold=1, materials=(), products=(), command=()):
    return Step(name=name, pubkeys=[key_id(w) for w in who], threshold=threshold, expected_command=list(command),
                expected_materials=[list(r) for r in materials], expected_products=[list(r) for r in products])


def inspection(name, *command, materials=(), products=()):
    return Inspection(name=name, run=list(command), expected_materials=[list(r) for r in materials],
                      expected_products=[list(r) for r in products])


def layout(steps, inspect=(), expires=FAR, who=('alice', 'bob', 'carol', 'dave', 'erin')):
    return Layout(steps=list(steps), inspect=list(inspect), expires=expires, keys={key_id(w): public(w) for w in who})


def write(body, path, *owners):
    block = Metablock(signed=body)
    for owner in owners:
        block.sign(private(owner))
    block.dump(path)


class Case:
    """A directory with root.layout, links and product; the steps are done in a place of its own."""

    def __init__(self, name, product=True):
        self.dir = os.path.join(HERE, name)
        self.links = os.path.join(self.dir, 'links')
        self.place = os.path.abspath('place')
        shutil.rmtree(self.place, ignore_errors=True)
        os.makedirs(self.place)
        os.makedirs(self.links)
        if product:
            os.makedirs(os.path.join(self.dir, 'product'))

    def file(self, name, text):
        path = os.path.join(self.place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)

    def run(self, name, who, materials, products, *command, into=''):
        run(name, who, self.place, materials, products, *command)
        self.take(f'{name}.{key_id(who)[:8]}.link', into)

    def take(self, link, into=''):
        os.makedirs(os.path.join(self.links, into), exist_ok=True)
        shutil.move(os.path.join(self.place, link), os.path.join(self.links, into, link))

    def link(self, name, who):
        return os.path.join(self.links, f'{name}.{key_id(who)[:8]}.link')

    def product(self, *names):
        for name in names:
            to = os.path.join(self.dir, 'product', name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy(os.path.join(self.place, name), to)

    def layout(self, body, *owners):
        write(body, os.path.join(self.dir, 'root.layout'), *(owners or ['owner']))


WRITE = dict(products=[['CREATE', 'agent.c'], EVERYTHING])
BUILD = dict(materials=[['MATCH', 'agent.c', 'WITH', 'PRODUCTS', 'FROM', 'write'], EVERYTHING],
             products=[['CREATE', 'agent'], ['ALLOW', 'agent.c'], EVERYTHING])
DELIVERED = [['MATCH', 'agent', 'WITH', 'PRODUCTS', 'FROM', 'build'], EVERYTHING]


def two_steps():
    return [step('write', 'alice', **WRITE), step('build', 'bob', **BUILD)]


def signed_of(path):
    with open(path) as f:
        return json.load(f)['signed']


def enclose(path, *signers):
    """The document at a path in a DSSE envelope, which this in-toto does not make itself."""
    kind, body = b'application/vnd.in-toto+json', json.dumps(signed_of(path)).encode()
    message = b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(body), body)
    signatures = [create_signature(private(who), message) for who in signers]
    with open(path, 'w') as f:
        json.dump({'payload': base64.b64encode(body).decode(), 'payloadType': kind.decode(), 'signatures': [
            {'keyid': s['keyid'], 'sig': base64.b64encode(bytes.fromhex(s['sig'])).decode()} for s in signatures]}, f, indent=1)


def do_write(case, who='alice', text='int main(void) { return 0; }\n', name='write'):
    case.file('agent.c', text)
    case.run(name, who, [], ['agent.c'])


def do_build(case, who='bob', name='build', into=''):
    case.run(name, who, ['agent.c'], ['agent.c', 'agent'], 'cp', 'agent.c', 'agent', into=into)


def plain(name, **options):
    """Two steps and their product; nothing is inspected."""
    case = Case(name)
    do_write(case)
    do_build(case)
    case.product('agent')
    case.layout(layout(two_steps(), **options))
    return case


def change_link(path, change):
    """Signed anew by nobody: what is changed breaks the signature."""
    with open(path) as f:
        link = json.load(f)
    change(link)
    with open(path, 'w') as f:
        json.dump(link, f, indent=1)


def sign_link(path, who, change):
    block = Metablock.load(path)
    change(block.signed)
    block.signatures = []
    block.sign(private(who))
    block.dump(path)


# ---- what holds ----

plain('valid/plain')
case = plain('valid/inspected')
case.layout(layout(two_steps(), [inspection('final', 'true', materials=DELIVERED, products=DELIVERED)]))

case = plain('valid/recorded')
case.run('look', 'owner', ['agent'], ['agent', 'seen'], 'cp', 'agent', 'seen')
LOOK = inspection('look', 'cp', 'agent', 'seen', materials=DELIVERED,
                  products=[['MATCH', 'agent', 'WITH', 'PRODUCTS', 'FROM', 'build'], ['CREATE', 'seen'], EVERYTHING])
case.layout(layout(two_steps(), [LOOK]))

plain('valid/owners').layout(layout(two_steps()), 'owner', 'owner2')

case = plain('valid/envelopes')
case.layout(layout(two_steps()))
enclose(os.path.join(case.dir, 'root.layout'), 'owner')
enclose(case.link('write', 'alice'), 'alice')
enclose(case.link('build', 'bob'), 'bob')

case = Case('valid/threshold')
for who in ('alice', 'dave', 'erin'):
    do_write(case, who)
do_build(case)
case.product('agent')
change_link(case.link('write', 'dave'), lambda link: link['signed'].update(environment={'changed': 1}))
case.layout(layout([step('write', 'alice', 'dave', 'erin', threshold=2, **WRITE), step('build', 'bob', **BUILD)]))


def sublayout(name, expires=FAR, signer='carol'):
    case = Case(name)
    do_write(case)
    inner = f'build.{key_id("carol")[:8]}'
    case.run('compile', 'bob', ['agent.c'], ['agent.c', 'agent.o'], 'cp', 'agent.c', 'agent.o', into=inner)
    case.run('link', 'bob', ['agent.o'], ['agent.c', 'agent'], 'mv', 'agent.o', 'agent', into=inner)
    case.product('agent')
    body = layout([step('compile', 'bob', products=[['CREATE', 'agent.o'], ['ALLOW', 'agent.c'], EVERYTHING]),
                   step('link', 'bob', materials=[['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'compile'], EVERYTHING])],
                  expires=expires, who=['bob'])
    write(body, os.path.join(case.links, inner + '.link'), signer)
    case.layout(layout([step('write', 'alice', **WRITE), step('build', 'carol', **BUILD)]))


sublayout('valid/sublayout')

case = Case('valid/prefixes')
case.file('src/agent.c', 'int main(void) { return 0; }\n')
case.run('write', 'alice', [], ['src'])
case.run('build', 'bob', ['src/agent.c'], ['src', 'out'], 'sh', '-c', 'mkdir out; cp src/agent.c out/agent.c')
case.file('pkg/agent.c', 'int main(void) { return 0; }\n')
case.product('pkg/agent.c')
case.layout(layout(
    [step('write', 'alice', products=[['CREATE', 'src/*'], EVERYTHING]),
     step('build', 'bob', materials=[['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'write'], EVERYTHING],
          products=[['MATCH', '*.c', 'IN', 'out', 'WITH', 'MATERIALS', 'IN', 'src/', 'FROM', 'build'], ['ALLOW', 'src/*'],
                    EVERYTHING])],
    [inspection('final', 'true', materials=[['MATCH', '*', 'IN', 'pkg', 'WITH', 'PRODUCTS', 'IN', 'out', 'FROM', 'build'],
                                            EVERYTHING])]))

# ---- what does not ----

case = plain('invalid/envelope')  # signed as a metablock, put into an envelope
block = Metablock.load(case.link('build', 'bob'))
body = block.signed.signable_bytes
with open(case.link('build', 'bob'), 'w') as f:
    json.dump({'payload': base64.b64encode(body).decode(), 'payloadType': 'application/vnd.in-toto+json', 'signatures': [
        {'keyid': s['keyid'], 'sig': base64.b64encode(bytes.fromhex(s['sig'])).decode()} for s in block.signatures]}, f)
plain('invalid/expired', expires='2020-01-01T00:00:00Z')
plain('invalid/other-owner').layout(layout(two_steps()), 'owner2')
case = plain('invalid/changed')
case.file('agent', 'something else\n')
case.product('agent')
case = plain('invalid/extra')
case.file('evil', 'evil\n')
case.product('evil')
case = plain('invalid/one-missing')
os.remove(case.link('write', 'alice'))
case = plain('invalid/link-changed')
change_link(case.link('build', 'bob'), lambda link: link['signed'].update(environment={'changed': 1}))
case = plain('invalid/link-of-other')
sign_link(case.link('build', 'bob'), 'carol', lambda link: None)
case = plain('invalid/replayed')  # the link of one step under the name of another
do_write(case, 'bob')
shutil.move(case.link('write', 'bob'), case.link('build', 'bob'))
case = plain('invalid/escaped')  # a path that slips past a rule about another one
sign_link(case.link('build', 'bob'), 'bob', lambda link: link.products.update({'x/../evil': link.products['agent']}))
case.layout(layout([step('write', 'alice', **WRITE), step('build', 'bob', products=[['DISALLOW', 'evil']])]))

case = Case('invalid/differ')
do_write(case)
do_write(case, 'dave', 'int main(void) { return 1; }\n')
do_build(case)
case.product('agent')
case.layout(layout([step('write', 'alice', 'dave', threshold=2, **WRITE), step('build', 'bob', **BUILD)]))

case = Case('invalid/one-key-twice')  # two ids of one key are one functionary
do_write(case)
do_build(case)
case.product('agent')
body = layout([step('write', 'alice', threshold=2, **WRITE), step('build', 'bob', **BUILD)])
twin = copy.deepcopy(body.keys[key_id('alice')])
twin['keyid'] = 'ab' * 32
body.keys[twin['keyid']] = twin
body.steps[0].pubkeys.append(twin['keyid'])
block = Metablock.load(case.link('write', 'alice'))
block.signatures[0]['keyid'] = twin['keyid']
block.dump(os.path.join(case.links, 'write.abababab.link'))
case.layout(body)

sublayout('invalid/sublayout-expired', expires='2020-01-01T00:00:00Z')
sublayout('invalid/sublayout-of-other', signer='dave')

case = plain('invalid/not-recorded')
case.layout(layout(two_steps(), [LOOK]))
case = plain('invalid/recorded-by-other')
case.run('look', 'bob', ['agent'], ['agent', 'seen'], 'cp', 'agent', 'seen')
shutil.move(case.link('look', 'bob'), os.path.join(case.links, 'look.link'))
case.layout(layout(two_steps(), [LOOK]))
case = plain('invalid/recorded-failure')
case.run('look', 'owner', ['agent'], ['agent', 'seen'], 'cp', 'agent', 'seen')
sign_link(case.link('look', 'owner'), 'owner', lambda link: link.byproducts.update({'return-value': 1}))
case.layout(layout(two_steps(), [LOOK]))
case = plain('invalid/recorded-of-other')  # the inspection was of other files than the product
case.file('agent', 'something else\n')
case.run('look', 'owner', ['agent'], ['agent', 'seen'], 'cp', 'agent', 'seen')
LOOSE = inspection('look', 'cp', 'agent', 'seen', materials=[['ALLOW', '*']], products=[['ALLOW', '*']])
case.layout(layout(two_steps(), [LOOSE]))
case = plain('invalid/inspected')
case.layout(layout(two_steps(), [inspection('final', 'true', materials=[
    ['MATCH', 'agent', 'WITH', 'PRODUCTS', 'FROM', 'write'], EVERYTHING])]))
