"""Writes provenance, verification summaries and what gcloud gives of a build, from the keys and agent.bin here."""
import base64, copy, hashlib, json, subprocess

IN_TOTO = 'application/vnd.in-toto+json'
GCB = 'projects/verified-builder/locations/'
REGION = GCB + 'us-west2/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1'
WORKER = GCB + 'global/keyRings/attestor/cryptoKeys/worker/cryptoKeyVersions/1'
REPOSITORY, BRANCH, TAG = 'git+https://github.com/acme/agent', 'refs/heads/main', 'refs/tags/v1.2.3'
BUILDER = 'https://ci.acme.example/builders/release.yml@refs/tags/v2.0.0'
sha256 = hashlib.sha256(open('agent.bin', 'rb').read()).hexdigest()
subject = [{'name': 'agent.bin', 'digest': {'sha256': sha256}}]


def sign(key, message):
    open('message', 'wb').write(message)
    made = subprocess.run(['openssl', 'pkeyutl', '-sign', '-inkey', key + '.pem', '-rawin', '-digest', 'sha256', '-in', 'message'],
                          check=True, capture_output=True).stdout
    return base64.b64encode(made).decode()


def pae(body):
    return b'DSSEv1 %d %s %d %s' % (len(IN_TOTO), IN_TOTO.encode(), len(body), body)


def envelope(body, signatures):
    return {'payloadType': IN_TOTO, 'payload': base64.b64encode(body).decode(),
            'signatures': [{'keyid': k, 'sig': s} for k, s in signatures]}


def statement(kind, predicate, subjects=subject, version='v1'):
    return {'_type': 'https://in-toto.io/Statement/' + version, 'subject': subjects, 'predicateType': kind, 'predicate': predicate}


def write(name, key, said, key_id=''):
    body = json.dumps(said).encode()
    json.dump(envelope(body, [(key_id, sign(key, pae(body)))]), open(name + '.dsse', 'w'))


# Provenance v0.2 and v1 of a builder that is nobody's but the policy's.
def v02(ref, **environment):
    return {'builder': {'id': BUILDER}, 'buildType': 'https://ci.acme.example/type@v1',
            'invocation': {'configSource': {'uri': f'{REPOSITORY}@{ref}', 'digest': {'sha1': '00' * 20}, 'entryPoint': 'release.yml'},
                           'environment': environment},
            'materials': [{'uri': f'{REPOSITORY}@{ref}', 'digest': {'sha1': '00' * 20}}, {'uri': 'https://example.com/other'}]}


def v1(ref, **parameters):
    return {'buildDefinition': {'buildType': 'https://ci.acme.example/type@v1',
                                'externalParameters': {'workflow': {'ref': ref, 'repository': 'https://github.com/acme/agent', 'path': 'release.yml'}},
                                'internalParameters': parameters,
                                'resolvedDependencies': [{'uri': f'{REPOSITORY}@{ref}', 'digest': {'gitCommit': '00' * 20}}]},
            'runDetails': {'builder': {'id': BUILDER}, 'metadata': {'invocationId': '1'}}}


V02, V1 = 'https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1'
dispatch = dict(github_ref=BRANCH, github_ref_type='branch', github_event_name='workflow_dispatch',
                github_event_payload={'inputs': {'release': 'true', 'name': 'a=b', 'n': 1}})
write('v02', 'builder', statement(V02, v02(BRANCH, **dispatch), version='v0.1'))
write('v02-tag', 'builder', statement(V02, v02(TAG, github_ref=TAG, github_ref_type='tag', github_event_name='release',
                                               github_event_payload={'release': {'target_commitish': 'main'}})))
write('v02-push', 'builder', statement(V02, v02(TAG, GITHUB_REF=TAG, GITHUB_REF_TYPE='tag', GITHUB_EVENT_NAME='push',
                                                GITHUB_EVENT_PAYLOAD={'base_ref': BRANCH})))
write('v1', 'builder', statement(V1, v1(TAG)))
write('by-another', 'other', statement(V1, v1(TAG)))
write('of-another', 'builder', statement(V1, v1(TAG), [{'name': 'agent.bin', 'digest': {'sha256': '00' * 32}}]))
fork = v1(TAG)
fork['buildDefinition']['resolvedDependencies'][0]['uri'] = f'git+https://github.com/mallory/agent@{TAG}'
write('fork', 'builder', statement(V1, fork))
moved = v1(TAG)
moved['buildDefinition']['resolvedDependencies'][0]['uri'] = f'{REPOSITORY}@{BRANCH}'
write('moved', 'builder', statement(V1, moved))
nobody = v1(TAG)
del nobody['runDetails']['builder']
write('nobody', 'builder', statement(V1, nobody))


# Verification summaries.
def summary(result='PASSED', levels=('SLSA_BUILD_LEVEL_2', 'ACME_REVIEWED'), **other):
    return dict({'verifier': {'id': 'https://acme.example/gate'}, 'timeVerified': '2026-11-01T00:00:00Z',
                 'resourceUri': 'pkg:generic/agent@1.0', 'policy': {'uri': 'https://acme.example/policy'},
                 'verificationResult': result, 'verifiedLevels': list(levels), 'slsaVersion': '1.0'}, **other)


VSA = 'https://slsa.dev/verification_summary/v1'
write('summary', 'verifier', statement(VSA, summary()))
write('summary-named', 'verifier', statement(VSA, summary()), 'release')
write('summary-failed', 'verifier', statement(VSA, summary('FAILED', [])))
write('summary-image', 'verifier', statement(VSA, summary(), [{'name': '_', 'digest': {'image_id': '42'}}]))
write('summary-bad', 'verifier', statement(VSA, summary(verifiedLevels='SLSA_BUILD_LEVEL_3')))


# Google Cloud Build.
def build(tag='v1.2.3'):
    predicate = {'builder': {'id': 'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3'},
                 'recipe': {'type': 'https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1', 'entryPoint': 'cloudbuild.yaml',
                            'arguments': {'@type': 'type.googleapis.com/google.devtools.cloudbuild.v1.Build',
                                          'substitutions': {'TAG_NAME': tag}}},
                 'materials': [{'uri': 'https://github.com/acme/agent', 'digest': {'sha1': '00' * 20}}]}
    return statement('https://slsa.dev/provenance/v0.1', predicate, version='v0.1')


def build_v1():
    source = {'repository': 'https://github.com/acme/agent', 'ref': TAG, 'path': 'cloudbuild.yaml'}
    return statement(V1, {'buildDefinition': {'buildType': 'https://cloud.google.com/build/gcb-buildtypes/google-worker/v1',
                                              'externalParameters': {'buildConfigSource': source},
                                              'internalParameters': {'systemSubstitutions': {'TAG_NAME': 'v1.2.3'}},
                                              'resolvedDependencies': [{'uri': f'{REPOSITORY}@{TAG}'}]},
                          'runDetails': {'builder': {'id': 'https://cloudbuild.googleapis.com/GoogleHostedWorker'}}})


def occurrence(said, signatures):
    body, text = json.dumps(said).encode(), copy.deepcopy(said)
    is_old = said['predicateType'].endswith('v0.1')
    if is_old:
        text['slsaProvenance'] = text.pop('predicate')
    return {'build': {'intotoStatement' if is_old else 'inTotoSlsaProvenanceV1': text}, 'kind': 'BUILD',
            'resourceUri': f'https://us-west2-docker.pkg.dev/acme/agent@sha256:{sha256}',
            'envelope': envelope(body, [(k, s if s else sign(key, pae(body) if k == WORKER else body)) for k, key, s in signatures])}


def write_build(name, occurrences, digest=sha256):
    json.dump({'image_summary': {'digest': 'sha256:' + digest, 'fully_qualified_digest': 'us-west2-docker.pkg.dev/acme/agent@sha256:' + digest},
               'provenance_summary': {'provenance': occurrences}}, open(name + '.json', 'w'))


good, modern = occurrence(build(), [(REGION, 'region', None)]), occurrence(build_v1(), [(WORKER, 'pae', None)])
false = occurrence(build(), [(REGION, 'other', None)])
write_build('build', [good])
write_build('build-v1', [modern])
write_build('build-second', [false, good])
write_build('build-second-key', [occurrence(build(), [(REGION, 'other', None), ('', 'other', None), (REGION, 'region', None)])])
write_build('build-false', [false])
write_build('build-other-image', [good], '00' * 32)
write_build('build-other-key', [occurrence(build(), [(REGION.replace('us-west2', 'us-east1'), 'region', None)])])
write_build('build-pae-by-region', [occurrence(build_v1(), [(WORKER, 'region', None)])])
text = copy.deepcopy(good)
text['build']['intotoStatement']['slsaProvenance']['materials'][0]['uri'] = 'https://github.com/acme/other'
write_build('build-text', [text])
write_build('build-kind', [dict(good, kind='VULNERABILITY')])
write_build('build-resource', [dict(good, resourceUri='https://us-west2-docker.pkg.dev/acme/agent@sha256:' + '00' * 32)])
write_build('build-none', [])
