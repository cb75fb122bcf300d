#!/usr/bin/env python3
"""Compares assay with jarsigner(1) -verify -strict over the corpus, the samples, archives made anew, and changed ones.

usage: jar.py ASSAY SHARED [MUTANTS [SEED]]

Both know the root of the signers.  Where they disagree one of EXPLAINED must say why, and who is right; anything else
fails.  Without jarsigner, openssl or a Java that compiles the test is skipped; without the corpus the rest is compared.
"""
import glob, io, json, os, random, shutil, subprocess, sys, tempfile, zipfile

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'testdata', 'jar')
JAVA = '''
import java.io.*;
import java.security.Permission;
import java.util.*;

public class Judge {
    static class Exit extends SecurityException { int code; Exit(int code) { this.code = code; } }

    @SuppressWarnings("removal")
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.setSecurityManager(new SecurityManager() {
            public void checkExit(int code) { throw new Exit(code); }
            public void checkPermission(Permission p) { }
        });
        for (String line; (line = in.readLine()) != null;) {
            String[] words = line.split("\\t", -1);
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int code = 0;
            System.setOut(new PrintStream(said));
            try {
                new sun.security.tools.jarsigner.Main().run(new String[] {
                    "-verify", "-strict", "-keystore", words[1], "-storepass", "secret", words[0] });
            } catch (Exit e) {
                code = e.code;
            } catch (Throwable t) {
                code = 1;
                said.writeBytes(t.toString().getBytes());
            }
            System.setOut(out);
            out.println(code + " " + said.toString().replaceAll("\\\\s+", " "));
        }
        System.setSecurityManager(null);
    }
}
'''


def quiet(*cmd):
    subprocess.run(cmd, check=True, capture_output=True)


def store_of(root, work):
    """A trust store with one root."""
    store = f'{work}/store{len(glob.glob(work + "/store*"))}'
    quiet('keytool', '-importcert', '-noprompt', '-keystore', store, '-storepass', 'secret', '-alias', 'root', '-file', root)
    return store


def corpus(shared):
    """[(label, path, root)]"""
    root = os.path.join(shared, 'corpora', 'jar')
    if not os.path.exists(root):
        return []
    cases = json.load(open(root + '/cases.json'))['cases']
    return [(c['case'], os.path.join(root, c['files'][0]), os.path.join(root, c['arguments']['anchors'][0])) for c in cases]


def make(work, rng):
    """Archives signed in several ways under a root that is made for them."""
    ca, made = f'{work}/ca', []
    open(work + '/ext', 'w').write('keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n')
    quiet('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', ca + '.key', '-subj', '/CN=Root', '-days', '100',
          '-out', ca + '.crt')
    for name, key in (('rsa', 'rsa:2048'), ('ec', 'ec')):
        more = ['-pkeyopt', 'ec_paramgen_curve:P-256'] if key == 'ec' else []
        quiet('openssl', 'req', '-new', '-newkey', key, *more, '-nodes', '-keyout', f'{work}/{name}.key', '-subj', f'/CN={name}', '-out',
              f'{work}/{name}.csr')
        quiet('openssl', 'x509', '-req', '-in', f'{work}/{name}.csr', '-CA', ca + '.crt', '-CAkey', ca + '.key', '-CAcreateserial',
              '-days', '50', '-extfile', work + '/ext', '-out', f'{work}/{name}.crt')
        quiet('openssl', 'pkcs12', '-export', '-in', f'{work}/{name}.crt', '-inkey', f'{work}/{name}.key', '-certfile', ca + '.crt',
              '-name', name, '-passout', 'pass:secret', '-out', f'{work}/{name}.p12')
    ways = [('rsa', []), ('ec', ['-sectionsonly']), ('rsa', ['-digestalg', 'SHA-512', '-internalsf']), ('ec', ['-sigfile', 'AGENT'])]
    for n, (name, options) in enumerate(ways):
        path = f'{work}/made{n}.jar'
        with zipfile.ZipFile(path, 'w', rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as z:
            for i in range(rng.randrange(1, 5)):
                z.writestr(f'{"long/" * rng.randrange(20)}file{i}.class', rng.randbytes(rng.randrange(200)))
        quiet('jarsigner', '-keystore', f'{work}/{name}.p12', '-storepass', 'secret', *options, path, name)
        made.append((f'{name} {" ".join(options)}', path, ca + '.crt'))
    return made


def rewrite(data, edit):
    """The same archive with its members, [(name, bytes)], edited."""
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        members = [(i.filename, z.read(i)) for i in z.infolist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for name, content in edit(members):
            z.writestr(name, content)
    return out.getvalue()


def change(rng, data):
    """The data with one thing changed, and what."""
    at = rng.randrange(len(data))
    kind = rng.choice(['bit', 'bit', 'add', 'drop', 'content', 'content', 'order', 'append'])
    if kind == 'bit':
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:], f'bit at {at}'
    if kind == 'append':
        return data + b'x' * rng.randrange(1, 40), 'appended'
    said = [kind]

    def edit(members):
        n = rng.randrange(len(members))
        name, content = members[n]
        if kind == 'add':
            new = rng.choice(['more.class', 'META-INF/more', 'META-INF/services/x', 'META-INF/X.SF', 'meta-inf/y.rsa', 'META-INF/SIG-X'])
            said.append(new)
            return members + [(new, b'x')]
        said.append(name)
        if kind == 'drop':
            return members[:n] + members[n + 1:]
        if kind == 'content' and content:
            i = rng.randrange(len(content))
            said.append(str(i))
            return members[:n] + [(name, content[:i] + bytes([content[i] ^ 1 << rng.randrange(8)]) + content[i + 1:])] + members[n + 1:]
        return members[1:] + members[:1]
    return rewrite(data, edit), ' '.join(said)


def changed(work, rng, base, mutants):
    found = []
    for n in range(mutants):
        label, path, root = rng.choice(base)
        data, what = change(rng, open(path, 'rb').read())
        out = f'{work}/changed{n}.jar'
        open(out, 'wb').write(data)
        found.append((f'{label}, {what}', out, root))
    return found


def theirs(work, cases):
    source, stores = work + '/Judge.java', {}
    open(source, 'w').write(JAVA)
    for _, _, root in cases:
        if root not in stores:
            stores[root] = store_of(root, work)
    r = subprocess.run(['java', '-Djava.security.manager=allow', '-Duser.language=en', '--add-exports',
                        'jdk.jartool/sun.security.tools.jarsigner=ALL-UNNAMED', source],
                       input=''.join(f'{path}\t{stores[root]}\n' for _, path, root in cases), capture_output=True, text=True, timeout=300)
    lines = r.stdout.splitlines()
    if len(lines) != len(cases):
        raise SystemExit(f'jarsigner said {len(lines)} words about {len(cases)} archives\n{r.stderr}')
    # 32: the root that the chain leads to is not itself in the archive, which is no error
    return [(int(line.split()[0]) in (0, 32) and 'jar verified' in line, line) for line in lines]


def ours(assay, path, root):
    r = subprocess.run([assay, 'verify', '--policy', 'none', '--anchor', root, path], capture_output=True, text=True)
    return r.returncode == 0, r.stdout + r.stderr


def misses_files(label, said, said_theirs):
    """jarsigner does not say that a signed file is gone; the signer listed it, and assay wants it."""
    return 'manifest.file-missing' in said


def reads_the_archive(label, said, said_theirs):
    """Java reads from the directory alone, where there is one; assay wants all records of the archive to agree, and no byte that
    belongs to nothing."""
    return '[archive.' in said


EXPLAINED = [  # (assay allows, what explains it)
    (False, misses_files),
    (False, reads_the_archive),
]


def main():
    assay, shared = sys.argv[1:3]
    mutants = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    missing = [tool for tool in ('jarsigner', 'keytool', 'openssl', 'javac') if shutil.which(tool) is None]
    if missing:
        print(f'skipped: no {" and no ".join(missing)}')
        return 0
    counts, bad = {'both allow': 0, 'both refuse': 0, 'explained': 0}, []
    with tempfile.TemporaryDirectory() as work:
        known = [(os.path.relpath(p, TESTDATA), p, TESTDATA + '/root.crt') for p in sorted(glob.glob(TESTDATA + '/*/*.jar'))]
        base = [c for c in known if c[0].startswith('valid')] + make(work, rng)
        cases = corpus(shared) + known + base[-4:] + changed(work, rng, base, mutants)
        for (label, path, root), (they_allow, they_said) in zip(cases, theirs(work, cases)):
            we_allow, we_said = ours(assay, path, root)
            if we_allow == they_allow:
                counts['both allow' if we_allow else 'both refuse'] += 1
            elif any(we_allow == allows and explains(label, we_said, they_said) for allows, explains in EXPLAINED):
                counts['explained'] += 1
            else:
                bad.append(f'assay {"allows" if we_allow else "refuses"}, jarsigner does not: {label}\n    '
                           f'{we_said.splitlines()[:6]}\n    {they_said[:400]}')
    print(', '.join(f'{v} {k}' for k, v in counts.items()), f'{len(bad)} not explained')
    for line in bad[:20]:
        print(line)
    return 1 if bad or counts['both allow'] == 0 or counts['both refuse'] == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
