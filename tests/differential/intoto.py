#!/usr/bin/env python3
"""Compares assay with Debian's in-toto-verify over generated layouts, links and products.

usage: intoto.py ASSAY [CASES [SEED]]

Each case is a chain of two to four steps whose records are made at random: files are created, changed, deleted and handed
on, rules are drawn for them, and then now and then something goes wrong: a link is changed after it was signed, signed by
somebody else, missing, of another step, or recorded twice with different files; the layout expires, or is signed by
another key.  Both judge the recorded steps; where there is a product, an inspection that runs true(1) compares it.  Where
they disagree one of EXPLAINED must say why; anything else fails.  Without in-toto the test is skipped.
"""
import os, random, shutil, subprocess, sys, tempfile

AT = '2026-11-23T21:00:00Z'
FILES = ['a', 'b.c', 'src/a', 'src/b.c', 'src/deep/a', 'src2/a', '.hidden', 'a[1]', 'x y']
PATTERNS = FILES + ['*', 'src/*', '*.c', '?', '[ab]', '[!a]*', 'a*', '*a', 'src*', 'none', 'a[[]1]', '.*']
# What is not so with in-toto-verify, by the words with which assay says it.
EXPLAINED = {
    'it is of another step': "in-toto-verify does not compare a link's name with its step's (specification 4.4)",
    'layout.links-differ': 'with a threshold below the number of links, in-toto-verify takes any one of those that differ',
    'layout.link-left-out': 'in-toto-verify gives up at a link that is no JSON; here it is left out and the threshold decides',
    'coverage.unlisted-file': 'a file that rules allow without comparing it with any record is outside of what is signed',
    'digest.mismatch': 'a file that rules allow is another one than the last step recorded',
}


def oracle():
    """The interpreter that has in-toto, or None."""
    for python in ('/usr/bin/python3', sys.executable):
        if subprocess.run([python, '-c', 'import in_toto'], capture_output=True).returncode == 0:
            return python
    return None


def main():
    from in_toto.models.layout import Inspection, Layout, Step
    from in_toto.models.link import Link
    from in_toto.models.metadata import Metablock
    from securesystemslib import interface

    assay = os.path.abspath(sys.argv[1])
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    work = tempfile.mkdtemp()
    keys, publics = {}, {}
    for who in ('owner', 'alice', 'bob', 'mallory'):
        path = os.path.join(work, who)
        interface._generate_and_write_ed25519_keypair(filepath=path)
        keys[who] = interface.import_ed25519_privatekey_from_file(path)
        publics[who] = interface.import_ed25519_publickey_from_file(path + '.pub')

    def content(n):
        return f'content {n}\n'

    def hashed(files):
        import hashlib
        return {path: {'sha256': hashlib.sha256(content(n).encode()).hexdigest()} for path, n in files.items()}

    def rule(steps):
        kind = rng.choice(['CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'ALLOW', 'DISALLOW', 'REQUIRE', 'MATCH', 'MATCH', 'MATCH'])
        pattern = rng.choice(PATTERNS)
        if kind == 'DISALLOW':
            pattern = rng.choice(['none', 'src2/*', '[!a]?'])
        if kind == 'REQUIRE':
            pattern = rng.choice(FILES)
        if kind != 'MATCH':
            return [kind, pattern]
        words = ['MATCH', pattern]
        if rng.random() < 0.3:
            words += ['IN', rng.choice(['src', 'src/', 'src2', 'a'])]
        words += ['WITH', rng.choice(['MATERIALS', 'PRODUCTS', 'PRODUCTS'])]
        if rng.random() < 0.3:
            words += ['IN', rng.choice(['src', 'src/deep', 'src2/'])]
        return words + ['FROM', rng.choice(steps + ['unknown'])]

    def lists(steps, here, files):
        """Rules that may well be met by these files: what nobody spoke of is allowed, or matched, before the end."""
        rules = [rule(steps) for _ in range(rng.randint(0, 3))]
        if rng.random() < 0.9:
            rules = [r for r in rules if r[0] not in ('DISALLOW', 'REQUIRE')]
        if here and rng.random() < 0.5:
            rules.append(['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', here])
        if rng.random() < 0.9:
            rules.append(['ALLOW', '*'])
        if rng.random() < 0.7:
            rules.append(['DISALLOW', '*'])
        return rules

    def make(folder):
        names = ['one', 'two', 'three', 'four'][:rng.randint(2, 4)]
        links, steps, wrong = os.path.join(folder, 'links'), [], None
        os.makedirs(links)
        files = {path: rng.randint(0, 3) for path in rng.sample(FILES, rng.randint(1, 4))}
        if rng.random() < 0.5:
            wrong = rng.choice(['changed', 'mallory', 'missing', 'renamed', 'differs', 'garbage', 'expired', 'other owner'])
        at = rng.randrange(len(names))
        for i, name in enumerate(names):
            materials = dict(files) if i > 0 else {}
            for path in rng.sample(FILES, rng.randint(0, 3)):
                if rng.random() < 0.3:
                    files.pop(path, None)
                else:
                    files[path] = rng.randint(0, 3)
            who = ['alice', 'bob'] if rng.random() < 0.4 else ['alice']
            threshold = rng.randint(1, len(who))
            for one in who:
                record = Link(name=name, materials=hashed(materials), products=hashed(files))
                bad = wrong if i == at and one == who[-1] else None
                if bad == 'renamed':
                    record.name = 'other'
                if bad == 'differs' and len(who) > 1:
                    record.products = dict(record.products, extra={'sha256': '00' * 32})
                block = Metablock(signed=record)
                block.sign(keys['mallory' if bad == 'mallory' else one])
                if bad == 'changed':
                    block.signed.products['added'] = {'sha256': '00' * 32}
                path = os.path.join(links, f'{name}.{publics[one]["keyid"][:8]}.link')
                if bad == 'garbage':
                    open(path, 'w').write('not json')
                elif bad != 'missing':
                    block.dump(path)
            steps.append(Step(name=name, pubkeys=[publics[one]['keyid'] for one in who], threshold=threshold,
                              expected_materials=lists(names, names[i - 1] if i else None, materials),
                              expected_products=lists(names, None, files)))
        product = None
        inspect = []
        if rng.random() < 0.5:
            product = os.path.join(folder, 'product')
            for path, n in files.items():
                if rng.random() < 0.05:
                    continue
                to = os.path.join(product, path)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                open(to, 'w').write(content(n if rng.random() < 0.9 else 9))
            if rng.random() < 0.1:
                os.makedirs(product, exist_ok=True)
                open(os.path.join(product, 'evil'), 'w').write('evil\n')
            rules = [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', names[-1]]] if rng.random() < 0.7 else lists(names, names[-1], files)
            inspect = [Inspection(name='final', run=['true'], expected_materials=rules + [['DISALLOW', '*']],
                                  expected_products=rules)]
            os.makedirs(product, exist_ok=True)
        body = Layout(steps=steps, inspect=inspect, keys={publics[w]['keyid']: publics[w] for w in ('alice', 'bob')},
                      expires='2020-01-01T00:00:00Z' if wrong == 'expired' else '2126-01-01T00:00:00Z')
        block = Metablock(signed=body)
        block.sign(keys['mallory' if wrong == 'other owner' else 'owner'])
        block.dump(os.path.join(folder, 'root.layout'))
        return product

    def ask_in_toto(folder, product):
        where = product or os.path.join(folder, 'nowhere')
        os.makedirs(where, exist_ok=True)
        before = set(os.listdir(where))
        r = subprocess.run(['in-toto-verify', '-l', os.path.join(folder, 'root.layout'), '-k', os.path.join(work, 'owner.pub'),
                            '-t', 'ed25519', '--link-dir', os.path.join(folder, 'links')], cwd=where, capture_output=True)
        for name in set(os.listdir(where)) - before:  # what it recorded itself
            os.remove(os.path.join(where, name))
        return r.returncode == 0, r.stderr.decode('utf-8', 'replace').strip().splitlines()[-1:]

    def ask_assay(folder, product):
        r = subprocess.run([assay, 'verify', '--policy', 'none', '--at', AT, '--layout', os.path.join(folder, 'root.layout'),
                            '--layout-key', os.path.join(work, 'owner.pub'), '--link-dir', os.path.join(folder, 'links')]
                           + ([product] if product and os.listdir(product) else []), capture_output=True)
        if r.returncode in (2, 70) or r.returncode < 0:
            raise SystemExit(f'assay exits {r.returncode}: {r.stderr}')
        return r.returncode == 0, r.stdout.decode('utf-8', 'replace')

    tally, bad = {}, 0
    for n in range(cases):
        folder = os.path.join(work, f'case{n}')
        product = make(folder)
        if product is not None and not os.listdir(product):
            shutil.rmtree(folder)  # without a product the inspection is not known: nothing to compare
            continue
        theirs, said = ask_in_toto(folder, product)
        ours, report = ask_assay(folder, product)
        why = 'agree, pass' if ours and theirs else 'agree, fail'
        if ours != theirs:
            why = next((words for words in EXPLAINED if words in report), None)
            if ours and why != 'layout.link-left-out':
                why = None  # the only reason to be more lenient
        if why is None:
            bad += 1
            kept = tempfile.mkdtemp(prefix='intoto-')
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            shutil.copy(os.path.join(work, 'owner.pub'), kept)
            print(f'case {n}: in-toto-verify {theirs} {said}, assay {ours}; kept in {kept}')
            print('\n'.join(line for line in report.splitlines() if line.startswith('  [') or 'note [' in line))
            why = 'NOT EXPLAINED'
        tally[why] = tally.get(why, 0) + 1
        shutil.rmtree(folder)
    shutil.rmtree(work)
    for why, n in sorted(tally.items()):
        print(f'{n:5} {why}' + (f': {EXPLAINED[why]}' if why in EXPLAINED else ''))
    return 1 if bad or not tally.get('agree, pass') or not tally.get('agree, fail') else 0


if __name__ == '__main__':
    python = oracle()
    if python is None or shutil.which('in-toto-verify') is None:
        print('skipped: in-toto is not installed')
        sys.exit(0)
    if os.path.realpath(python) != os.path.realpath(sys.executable):
        os.execv(python, [python] + sys.argv)
    sys.exit(main())
