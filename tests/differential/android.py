#!/usr/bin/env python3
"""Compares assay with apksig, the library of apksigner(1), over the corpus, the samples and changed samples.

usage: android.py ASSAY SHARED [MUTANTS [SEED]]

Both say whether every version of the platform from the package's oldest one on takes it (assay inspect --strict, with
android_compat).  Where they disagree one of EXPLAINED must say why, and who is right; anything else fails.  Without the
library or a Java that compiles the test is skipped; without the corpus the rest is compared.
"""
import glob, json, os, random, shutil, subprocess, sys, tempfile

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'testdata', 'android')
LIBRARY = '/usr/share/java/apksig.jar'
JAVA = '''
import com.android.apksig.*;
import java.io.*;

public class Judge {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null;) {
            String[] words = line.split("\\t", -1);
            String said;
            try {
                ApkVerifier.Builder builder = new ApkVerifier.Builder(new File(words[0]));
                if (!words[1].isEmpty()) builder.setMinCheckedPlatformVersion(Integer.parseInt(words[1]));
                ApkVerifier.Result result = builder.build().verify();
                said = result.isVerified() ? "OK " : "NO ";
                for (Object error : result.getErrors()) said += error + "; ";
                for (ApkVerifier.Result.V1SchemeSignerInfo s : result.getV1SchemeSigners()) said += s.getErrors();
                for (ApkVerifier.Result.V2SchemeSignerInfo s : result.getV2SchemeSigners()) said += s.getErrors();
                for (ApkVerifier.Result.V3SchemeSignerInfo s : result.getV3SchemeSigners()) said += s.getErrors();
            } catch (Throwable t) {
                said = "NO " + t;
            }
            System.out.println(said.replace("\\n", " "));
        }
    }
}
'''


def corpus(shared):
    """[(label, path, oldest version)]"""
    root = os.path.join(shared, 'corpora', 'android-apk')
    if not os.path.exists(root):
        return []
    found = {}
    for c in json.load(open(root + '/cases.json'))['cases']:
        path = os.path.join(root, c['files'][0])
        found[path, c['arguments'].get('min_sdk')] = c['case']
    return [(label, path, sdk) for (path, sdk), label in found.items()]


def change(rng, data):
    """The data with one thing changed, and what."""
    at = rng.randrange(len(data))
    kind = rng.choice(['bit', 'bit', 'bit', 'byte', 'remove', 'insert', 'append', 'cut'])
    if kind == 'bit':
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:], f'bit at {at}'
    if kind == 'byte':
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1:], f'byte at {at}'
    if kind == 'remove':
        return data[:at] + data[at + 1:], f'removed {at}'
    if kind == 'insert':
        return data[:at] + b'x' + data[at:], f'inserted at {at}'
    if kind == 'append':
        return data + b'x' * rng.randrange(1, 40), 'appended'
    return data[:at], f'cut at {at}'


def samples(work, rng, mutants):
    paths = sorted(glob.glob(TESTDATA + '/valid/*.apk') + glob.glob(TESTDATA + '/invalid/*.apk'))
    found = [(os.path.relpath(p, TESTDATA), p, None) for p in paths]
    for n in range(mutants):
        label, path, _ = rng.choice(found[:len(paths)])
        if not label.startswith('valid'):
            continue
        data, what = change(rng, open(path, 'rb').read())
        changed = f'{work}/{n}.apk'
        open(changed, 'wb').write(data)
        found.append((f'{label}, {what}', changed, None))
    return found


def theirs(work, cases):
    source = work + '/Judge.java'
    open(source, 'w').write(JAVA)
    r = subprocess.run(['java', '-cp', LIBRARY, source], input=''.join(f'{p}\t{sdk or ""}\n' for _, p, sdk in cases),
                       capture_output=True, text=True, timeout=300)
    lines = r.stdout.splitlines()
    if len(lines) != len(cases):
        raise SystemExit(f'apksig said {len(lines)} words about {len(cases)} packages\n{r.stderr}')
    return [(line.startswith('OK'), line) for line in lines]


def ours(assay, path, sdk):
    cmd = [assay, 'inspect', '--strict', '--set', 'android_compat=true'] + (['--min-sdk', str(sdk)] if sdk else [])
    r = subprocess.run(cmd + [path], capture_output=True, text=True)
    return r.returncode == 0, r.stdout + r.stderr


def knows_no_v31(label, said, said_theirs):
    """apksig 31 is older than v3.1 and its attribute; assay reads them."""
    return 'v31' in label or 'v3.1' in said


def wants_all_versions(label, said, said_theirs):
    """apksig 31 checks the versions of v3 only where they are continued by other signers; a device of a version that no signer
    names takes the package for unsigned, so assay is right."""
    return 'the versions of its signers' in said


def reads_scheme_once(label, said, said_theirs):
    """Two values for one scheme in the block: apksig takes the first, other readers may take the last."""
    return 'signatures of one scheme are there twice' in said


def has_no_pss(label, said, said_theirs):
    """OpenJDK has RSA-PSS under another name than Android's, which apksig asks for; assay is right."""
    return 'withRSA/PSS Signature not available' in said_theirs


def reads_no_tree_alone(label, said, said_theirs):
    """apksig 31 knows the hash tree's digests, but not alone; assay takes what the platform takes."""
    return 'verity_only' in label and 'No supported signatures' in said_theirs


def reads_names_twice(label, said, said_theirs):
    """Names that platforms read differently: a NUL (Android's own reader refuses it), or those that collide."""
    return '[archive.path' in said or '[archive.duplicate' in said


def reads_the_archive(label, said, said_theirs):
    """Not of the signatures: apksig reads from the directory alone, assay wants all records of the archive to agree."""
    return '[archive.' in said and 'signing block' not in said and 'sign' not in said.split('[archive.')[1].split('mend:')[0]


EXPLAINED = [  # (assay allows, what explains it)
    (False, knows_no_v31),
    (True, knows_no_v31),
    (False, wants_all_versions),
    (False, reads_scheme_once),
    (True, has_no_pss),
    (True, reads_no_tree_alone),
    (False, reads_names_twice),
    (False, reads_the_archive),
]


def main():
    assay, shared = sys.argv[1:3]
    mutants = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    if not os.path.exists(LIBRARY) or shutil.which('java') is None or shutil.which('javac') is None:
        print(f'skipped: no {LIBRARY}, or no Java that compiles')
        return 0
    counts, bad = {'both allow': 0, 'both refuse': 0, 'explained': 0}, []
    with tempfile.TemporaryDirectory() as work:
        cases = corpus(shared) + samples(work, rng, mutants)
        for (label, path, sdk), (they_allow, they_said) in zip(cases, theirs(work, cases)):
            we_allow, we_said = ours(assay, path, sdk)
            if we_allow == they_allow:
                counts['both allow' if we_allow else 'both refuse'] += 1
            elif any(we_allow == allows and explains(label, we_said, they_said) for allows, explains in EXPLAINED):
                counts['explained'] += 1
            else:
                bad.append(f'assay {"allows" if we_allow else "refuses"}, apksig does not: {label}\n    '
                           f'{we_said.splitlines()[:6]}\n    {they_said}')
    print(', '.join(f'{v} {k}' for k, v in counts.items()), f'{len(bad)} not explained')
    for line in bad[:20]:
        print(line)
    return 1 if bad or counts['both allow'] == 0 or counts['both refuse'] == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
