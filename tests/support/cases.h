/*
 * Small updates that are allowed as they are, one or more a format, for tests that then take something away: see
 * testdata/property/make.sh.  Nothing here allocates but load(), so that tests may make allocations fail.
 */
#ifndef TESTS_SUPPORT_CASES_H
#define TESTS_SUPPORT_CASES_H

#include <assay/assay.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASE_INDEX_PATH "main/binary-amd64/Packages" /* by which every release of the cases lists its index */

enum { CASE_EVIDENCE = 3, CASE_TRUST = 2, CASE_SETTINGS = 1 };

/* Bytes of a document whose change is no change: true where a bit at `off` may be turned and the ruling may stay. */
typedef bool (*slack_fn)(const unsigned char *bytes, size_t len, size_t off);

enum {
    LINE_FREE = 1,    /* the LF at its end may be missing */
    SIGNIFY_FREE = 2, /* two lines of a legacy minisign signature are a signify signature by the same key */
    CR_LF_FREE = 4,   /* the CR LF at its end may be missing */
};

struct evidence {
    enum assay_role role;
    const char *file, *name;
    slack_fn slack;
    unsigned prefixes; /* FREE prefixes that say the same */
};

struct trusted {
    enum assay_trust_kind kind;
    const char *file;
};

/* How an update comes. */
enum shape {
    IN_MEMORY = 0,
    IN_TREE,    /* the artifact and its evidence are the files of a directory */
    BY_MEMBERS, /* the artifact is an archive, of whose member the evidence speaks */
};

struct update {
    const char *name, *file;
    const char *artifact; /* NULL: agent.bin */
    slack_fn slack;       /* of the artifact, where it carries its signature */
    struct evidence evidence[CASE_EVIDENCE];
    struct trusted trust[CASE_TRUST];
    const char *setting, *value;
    unsigned signatures; /* claims of signatures that it needs */
    enum shape shape;
    bool is_package;     /* no limit on documents is about it */
    bool is_coarse;      /* large: of every byte one bit or two are turned */
    unsigned prefixes;   /* of the artifact: as of evidence */
    const char *more_setting, *more_value;
};

struct blob {
    unsigned char *data;
    size_t len;
};

/* minisign(1): the text of the first line is not signed, and says so. */
static inline bool in_untrusted_comment(const unsigned char *bytes, size_t len, size_t off)
{
    const unsigned char *lf = memchr(bytes, '\n', len);

    return lf != NULL && off >= strlen("untrusted comment: ") && off < (size_t)(lf - bytes);
}

/*
 * RFC 5652 5.1: a SignedData begins with its version and the digest algorithms of its signers, which nobody signs and no
 * verifier needs: every SignerInfo repeats its own.  Here at a fixed place, for all these messages have long lengths.
 */
static inline bool in_cms_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)bytes;
    (void)len;
    return off == 25 || (off >= 32 && off <= 40);
}

/* The same with indefinite lengths. */
static inline bool in_streamed_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)bytes;
    (void)len;
    return off == 19 || (off >= 26 && off <= 34);
}

/* The same behind "-----BEGIN CMS-----", in base64. */
static inline bool in_armored_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)bytes;
    (void)len;
    return off == 54 || (off >= 62 && off <= 74);
}

/* A timestamp token's algorithms have a NULL behind them. */
static inline bool in_token_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)bytes;
    (void)len;
    return off == 25 || (off >= 31 && off <= 41);
}

static inline size_t le32_at(const unsigned char *bytes, size_t len, size_t off)
{
    return off + 4 > len ? 0 : bytes[off] | (size_t)bytes[off + 1] << 8 | (size_t)bytes[off + 2] << 16 | (size_t)bytes[off + 3] << 24;
}

/* Of an executable the CheckSum, and the head of the message in its certificate table. */
static inline bool in_pe_frame(const unsigned char *bytes, size_t len, size_t off)
{
    size_t optional = le32_at(bytes, len, 60) + 24, entry = optional + (bytes[optional + 1] == 2 ? 144 : 128);
    size_t message = le32_at(bytes, len, entry) + 8;

    return (off >= optional + 64 && off < optional + 68) || (off >= message && in_token_head(bytes, len, off - message));
}

/* Of an executable that is not signed the CheckSum alone. */
static inline bool in_checksum(const unsigned char *bytes, size_t len, size_t off)
{
    size_t checksum = le32_at(bytes, len, 60) + 24 + 64;

    return off >= checksum && off < checksum + 4;
}

/* [MS-CFB] 2.6.1: what a signature with MsiDigitalSignatureEx does not say of the directory; entries 1 to 3 are signed. */
static inline bool in_directory_frame(size_t off)
{
    size_t entry = off / 128, field = off % 128;

    return entry == 0 || entry >= 4 || field == 67 || (field >= 76 && field < 96) || (field >= 116 && field < 120) ||
           field >= 124;
}

/*
 * [MS-CFB] 2.2: of a compound file with one FAT sector the minor version, the transaction's signature and the end of the
 * DIFAT; framing of the directory of two sectors, the end of the mini FAT; and the head of the message, which is behind a
 * name of its own type.
 */
static inline bool in_msi_frame(const unsigned char *bytes, size_t len, size_t off)
{
    static const unsigned char type[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
    size_t root = (le32_at(bytes, len, 48) + 1) * 512, table = (le32_at(bytes, len, 60) + 1) * 512;
    const unsigned char *found = memmem(bytes, len, type, sizeof type);
    size_t message = found == NULL ? len : (size_t)(found - bytes) - 4;

    return off == 24 || off == 25 || (off >= 52 && off <= 55) || off == 68 ||
           (off >= root && off < root + 1024 && in_directory_frame(off - root)) ||
           off == table + le32_at(bytes, len, root + 120) / 16 ||
           (off >= message && in_token_head(bytes, len, off - message));
}

/* Of a cabinet the head of the message behind it. */
static inline bool in_cab_frame(const unsigned char *bytes, size_t len, size_t off)
{
    size_t message = le32_at(bytes, len, 44);

    return off >= message && in_token_head(bytes, len, off - message);
}

/* Of an app package the two headers of the signature, as far as they are not compared, and the byte in which its data end. */
static inline bool in_appx_frame(const unsigned char *bytes, size_t len, size_t off)
{
    static const char name[] = "AppxSignature.p7x";
    const unsigned char *local = memmem(bytes, len, name, sizeof name - 1), *record = local, *next = local;
    size_t header = local == NULL ? len : (size_t)(local - bytes), directory = header;

    for (; next != NULL; next = memmem(next + 1, len - (size_t)(next + 1 - bytes), name, sizeof name - 1))
        record = next;
    directory = record == NULL ? len : (size_t)(record - bytes);
    return (off + 30 >= header && off < header) || (off + 46 >= directory && off < directory) ||
           off == header + sizeof name - 1 + le32_at(bytes, len, header - 12) - 1;
}

/* Of a script the head of the message in the first line of base64. */
static inline bool in_script_head(const unsigned char *bytes, size_t len, size_t off)
{
    static const char mark[] = "signature block\r\n# ";
    const unsigned char *line = memmem(bytes, len, mark, sizeof mark - 1);
    size_t base = line == NULL ? len : (size_t)(line - bytes) + sizeof mark - 1;

    return off >= base + 33 && off <= base + 55;
}

/* RFC 3161 2.4.2: nine bytes, the last of which says "granted" or "granted with changes", before the token. */
static inline bool in_response_head(const unsigned char *bytes, size_t len, size_t off)
{
    return off == 8 || (off >= 9 && in_token_head(bytes, len, off - 9));
}

/*
 * RFC 9580 5.2.3: what a signature packet of version 4 has behind its hashed part and before the value: the other
 * subpackets, which nobody signs, and two bytes of the digest as a hint.
 */
static inline bool in_packet_tail(const unsigned char *bytes, size_t len, size_t off)
{
    size_t body = len > 0 && bytes[0] == 0x88 ? 2 : 3, hashed, other;

    if (len < body + 6)
        return false;
    hashed = body + 6 + ((size_t)bytes[body + 4] << 8 | bytes[body + 5]);
    if (hashed + 2 > len)
        return false;
    other = (size_t)bytes[hashed] << 8 | bytes[hashed + 1];
    return off >= hashed && off < hashed + 2 + other + 2;
}

/* deb(5): dates, owners and modes of members, which dpkg does not use; and the signature that is the last member. */
static inline bool in_deb_framing(const unsigned char *bytes, size_t len, size_t off)
{
    size_t at = 8, size;

    while (at + 60 < len) {
        size = (size_t)strtoul((const char *)bytes + at + 48, NULL, 10);
        if (off >= at && off < at + 60)
            return true;
        if (memcmp(bytes + at, "_gpgorigin", 10) == 0)
            return off >= at + 60 && off - at - 60 < size && in_packet_tail(bytes + at + 60, size, off - at - 60);
        at += 60 + size + size % 2;
    }
    return false;
}

static inline size_t header_end(const unsigned char *bytes, size_t at)
{
    const unsigned char *h = bytes + at + 8;
    size_t il = (size_t)h[2] << 8 | h[3], dl = (size_t)h[6] << 8 | h[7];

    return at + 16 + 16 * il + dl;
}

/* An RPM package begins with its lead, the signature header and what pads it to eight, which nobody signs. */
static inline bool in_rpm_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)len;
    return off < (header_end(bytes, 96) + 7) / 8 * 8;
}

static inline size_t cpio_field(const unsigned char *record, size_t no)
{
    char hex[9] = { 0 };

    memcpy(hex, record + 6 + 8 * no, 8);
    return (size_t)strtoul(hex, NULL, 16);
}

/* An SWUpdate image: the numbers in headers of its cpio archive, and the beginning of the CMS message. */
static inline bool in_swupdate_framing(const unsigned char *bytes, size_t len, size_t off)
{
    for (size_t at = 0, next; at + 110 <= len; at = next) {
        size_t size = cpio_field(bytes + at, 6), data = (at + 110 + cpio_field(bytes + at, 11) + 3) / 4 * 4;

        next = (data + size + 3) / 4 * 4;
        if (off >= at + 6 && off < at + 110)
            return true;
        if (off >= data && off < next)
            return memcmp(bytes + at + 110, "sw-description.sig", 19) == 0 && in_cms_head(bytes, len, off - data);
    }
    return false;
}

/* A JAR of stored members: the structures of the archive around them, and the block of its signature. */
static inline bool in_jar_framing(const unsigned char *bytes, size_t len, size_t off)
{
    size_t at = 0;

    while (len - at > 30 && memcmp(bytes + at, "PK\3\4", 4) == 0) {
        const unsigned char *h = bytes + at;
        size_t name = (size_t)h[26] | (size_t)h[27] << 8, extra = (size_t)h[28] | (size_t)h[29] << 8;
        size_t data = at + 30 + name + extra, size = (size_t)h[18] | (size_t)h[19] << 8;

        if (off < data)
            return true;
        if (off < data + size)
            return name > 3 && memcmp(h + 30 + name - 3, ".EC", 3) == 0;
        at = data + size;
    }
    return true;
}

/*
 * RFC 9580 5.2.3: of a signature packet of version 4 the unhashed part, which gives hints of who signed, and two octets of
 * the digest.  Here with a header of two octets.
 */
static inline bool in_openpgp_hints(const unsigned char *bytes, size_t len, size_t off)
{
    size_t hashed = len < 8 ? 0 : 8 + (size_t)(bytes[6] << 8 | bytes[7]);
    size_t end = hashed + 2 > len ? 0 : hashed + 2 + (size_t)(bytes[hashed] << 8 | bytes[hashed + 1]) + 2;

    return off >= hashed + 2 && off < end;
}

/* RFC 9580 7.1: which digests a reader may prepare for. */
static inline bool in_hash_header(const unsigned char *bytes, size_t len, size_t off)
{
    size_t start = strlen("-----BEGIN PGP SIGNED MESSAGE-----\nHash: ");
    const unsigned char *lf = len <= start ? NULL : memchr(bytes + start, '\n', len - start);

    return lf != NULL && off >= start && off < (size_t)(lf - bytes);
}

/*
 * RFC 9580 5.4, 5.9: of a message with one signature, who will be named to have signed and whether more follow; format,
 * name and date of the content, which nobody signs; the hints.
 */
static inline bool in_openpgp_message(const unsigned char *bytes, size_t len, size_t off)
{
    size_t one_pass = 2U + bytes[1], literal = one_pass + 2U + bytes[one_pass + 1];

    return (off >= 6 && off < one_pass) || (off >= one_pass + 2 && off < one_pass + 8U + bytes[one_pass + 3]) ||
           (off >= literal && in_openpgp_hints(bytes + literal, len - literal, off - literal));
}

/*
 * Signatures of apk v2 are a gzip member in front of what is signed, here stored: its header's flags, time, level and
 * system, and the bits that fill up the head of its one block.
 */
static inline bool in_apk_head(const unsigned char *bytes, size_t len, size_t off)
{
    (void)bytes;
    (void)len;
    return off >= 3 && off <= 10;
}

/* DSSE: the hint of who signed, from the brace that a signature begins with to its `"sig": `. */
static inline bool in_keyid(const unsigned char *bytes, size_t len, size_t off)
{
    static const char mark[] = "\"sig\": ";
    const unsigned char *sig = bytes, *end = bytes + len, *brace;

    while ((sig = memmem(sig, (size_t)(end - sig), mark, sizeof mark - 1)) != NULL) {
        brace = memrchr(bytes, '{', (size_t)(sig - bytes));
        if (brace != NULL && bytes + off >= brace && bytes + off < sig)
            return true;
        sig++;
    }
    return false;
}

/* A Sigstore bundle's hint of its key, which nobody signs. */
static inline bool in_hint(const unsigned char *bytes, size_t len, size_t off)
{
    static const char mark[] = "\"publicKey\": {";
    const unsigned char *from = memmem(bytes, len, mark, sizeof mark - 1);
    const unsigned char *end = from == NULL ? NULL : memmem(from, len - (size_t)(from - bytes), "\"}", 2);

    return end != NULL && off >= (size_t)(from - bytes) + sizeof mark - 1 && bytes + off < end;
}

#define MINISIG(file, name) \
    { ASSAY_ROLE_SIGNATURE, file, name, in_untrusted_comment, LINE_FREE }
#define LIST(file, name) { ASSAY_ROLE_MANIFEST, file, name, NULL, 0 }
#define SIGNATURE(file, name) { ASSAY_ROLE_SIGNATURE, file, name, NULL, 0 }
#define ARMORED(file, name) { ASSAY_ROLE_SIGNATURE, file, name, NULL, LINE_FREE }
#define CMS(file, name) { ASSAY_ROLE_SIGNATURE, file, name, in_cms_head, 0 }
#define KEY(file) { { ASSAY_TRUST_KEY, file } }
#define SIGNED_LIST(list) \
    { LIST("property/" list, list), MINISIG("property/" list ".minisig", list ".minisig") }
#define ARCHIVE(file) \
    { file, "property/" file, file, NULL, SIGNED_LIST("SHA256SUMS"), KEY("property/minisign.pub"), NULL, NULL, 2, \
      BY_MEMBERS }
#define AUTHENTICODE(file, slack) \
    { "authenticode, " file, "authenticode/" file, file, slack, { { 0 } }, \
      { { ASSAY_TRUST_ANCHOR, "authenticode/root.crt" } }, NULL, NULL, 1, IN_MEMORY, false, true }
#define TREE(list) \
    { "tree, " list, "property/agent.bin", NULL, NULL, SIGNED_LIST(list), KEY("property/minisign.pub"), NULL, NULL, 2, \
      IN_TREE }

/* Rows leave out what is zero. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
static const struct update updates[] = {
    { "minisign", "minisign/valid/agent.bin", NULL, NULL,
      { MINISIG("minisign/valid/prehashed.minisig", "agent.bin.minisig") }, KEY("minisign/valid/minisign.pub"),
      NULL, NULL, 2 },
    { "minisign, legacy", "minisign/valid/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "minisign/valid/legacy.minisig", "agent.bin.minisig", in_untrusted_comment,
          LINE_FREE | SIGNIFY_FREE } }, KEY("minisign/valid/minisign.pub"),
      NULL, NULL, 2 },
    { "signify", "minisign/valid/agent.bin", NULL, NULL, { MINISIG("minisign/valid/signify.sig", "agent.bin.sig") },
      KEY("minisign/valid/signify.pub"), NULL, NULL, 1 },
    { "signify, a list behind its signature", "minisign/valid/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "minisign/valid/SHA256.sig", "SHA256.sig", in_untrusted_comment, 0 } },
      KEY("minisign/valid/signify.pub"), NULL, NULL, 1 },
    { "sums", "property/agent.bin", NULL, NULL,
      SIGNED_LIST("SHA256SUMS"), KEY("property/minisign.pub"), NULL, NULL, 2 },
    { "digest_file", "property/agent.bin", NULL, NULL,
      SIGNED_LIST("agent.bin.sha512"), KEY("property/minisign.pub"), NULL, NULL, 2 },
    { "hashdeep", "property/agent.bin", NULL, NULL,
      SIGNED_LIST("release.hashdeep"), KEY("property/minisign.pub"), NULL, NULL, 2 },
    { "mtree", "property/agent.bin", NULL, NULL,
      SIGNED_LIST("release.mtree"), KEY("property/minisign.pub"), NULL, NULL, 2 },
    { "sshsig, a key", "property/agent.bin", NULL, NULL, { ARMORED("property/agent.bin.sshsig", "agent.bin.sshsig") },
      KEY("property/ssh.pub"), NULL, NULL, 1 },
    { "sshsig, ECDSA", "property/agent.bin", NULL, NULL, { ARMORED("property/ecdsa.sshsig", "agent.bin.sshsig") },
      KEY("property/ssh-ecdsa.pub"), NULL, NULL, 1 },
    { "sshsig, allowed signers", "property/agent.bin", NULL, NULL,
      { ARMORED("property/agent.bin.sshsig", "agent.bin.sshsig") },
      { { ASSAY_TRUST_ALLOWED_SIGNERS, "property/allowed_signers" } }, "identity", "release@acme.example", 1 },
    { "bare, ECDSA", "property/agent.bin", NULL, NULL, { SIGNATURE("property/ec.sig", "agent.bin.sig") },
      KEY("property/ec.pub"), NULL, NULL, 1 },
    { "bare, base64", "property/agent.bin", NULL, NULL, { ARMORED("property/ec.sig.b64", "agent.bin.sig") },
      KEY("property/ec.pub"), NULL, NULL, 1 },
    { "bare, Ed25519", "property/agent.bin", NULL, NULL, { SIGNATURE("property/ed.sig", "agent.bin.sig") },
      KEY("property/ed.pub"), NULL, NULL, 1 },
    { "bare, PSS", "property/agent.bin", NULL, NULL, { SIGNATURE("property/pss.sig", "agent.bin.sig") },
      KEY("property/rsa.pub"), NULL, NULL, 1 },
    { "dsse", "dsse/agent.bin", NULL, NULL, { { ASSAY_ROLE_SIGNATURE, "dsse/ec.dsse", "agent.bin.dsse", in_keyid, 0 } },
      KEY("dsse/ec.pub"), NULL, NULL, 1 },
    { "dsse, Ed25519", "dsse/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "dsse/ed.dsse", "agent.bin.dsse", in_keyid, 0 } }, KEY("dsse/ed.pub"), NULL, NULL, 1 },
    { "dsse, two signers", "dsse/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "dsse/two.dsse", "agent.bin.dsse", in_keyid, 0 } },
      { { ASSAY_TRUST_KEY, "dsse/ec.pub" }, { ASSAY_TRUST_KEY, "dsse/ed.pub" } }, "threshold", "2", 2 },
    { "provenance", "slsa/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_PROVENANCE, "slsa/v1.dsse", "agent.bin.dsse", in_keyid, 0 } }, KEY("slsa/builder.pub"), "source_uri",
      "github.com/acme/agent", 1 },
    { "summary", "slsa/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SUMMARY, "slsa/summary.dsse", "agent.bin.dsse", in_keyid, 0 } }, KEY("slsa/verifier.pub"), "verified_level",
      "SLSA_BUILD_LEVEL_1", 1 },
#ifdef ASSAY_SLOW_TESTS
    { "sigstore, a certificate", "sigstore/agent.bin", NULL, NULL,
      { SIGNATURE("sigstore/hashedrekord.sigstore.json", "agent.bin.sigstore.json") },
      { { ASSAY_TRUST_ROOT, "sigstore/trusted_root.json" } }, "certificate_identity",
      "https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0", 1,
      .more_setting = "certificate_oidc_issuer", .more_value = "https://token.actions.example" },
    { "sigstore, an envelope", "sigstore/agent.bin", NULL, NULL,
      { SIGNATURE("sigstore/dsse.sigstore.json", "agent.bin.sigstore.json") },
      { { ASSAY_TRUST_ROOT, "sigstore/trusted_root.json" } }, "certificate_identity",
      "https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1.0", 1,
      .more_setting = "certificate_oidc_issuer", .more_value = "https://token.actions.example" },
#endif
    { "sigstore, a key", "sigstore/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "sigstore/key.sigstore.json", "agent.bin.sigstore.json", in_hint, 0 } },
      { { ASSAY_TRUST_ROOT, "sigstore/trusted_root.json" }, { ASSAY_TRUST_KEY, "sigstore/managed.pub" } }, NULL, NULL, 1 },
    { "openpgp", "openpgp/valid/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "openpgp/valid/Vendor.sig", "agent.bin.sig", in_openpgp_hints, 0 } },
      KEY("openpgp/valid/Vendor.pgp"), NULL, NULL, 1 },
    { "openpgp, armored", "openpgp/valid/agent.bin", NULL, NULL, { ARMORED("openpgp/valid/armored.asc", "agent.bin.asc") },
      KEY("openpgp/valid/Vendor.pgp"), NULL, NULL, 1 },
    { "openpgp, a subkey", "openpgp/valid/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_SIGNATURE, "openpgp/valid/offline.sig", "agent.bin.sig", in_openpgp_hints, 0 } },
      KEY("openpgp/valid/offline.pgp"), NULL, NULL, 1 },
    { "openpgp, of what it unpacks to", "openpgp/unpacked/agent-1.0.tar.xz", "agent-1.0.tar.xz", NULL,
      { { ASSAY_ROLE_SIGNATURE, "openpgp/unpacked/agent-1.0.tar.sign", "agent-1.0.tar.sign", in_openpgp_hints, 0 } },
      KEY("openpgp/unpacked/vendor.pgp"), NULL, NULL, 1 },
    { "openpgp, a list", "openpgp/valid/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_MANIFEST, "openpgp/valid/SHA256SUMS.asc", "SHA256SUMS.asc", in_hash_header, LINE_FREE } },
      KEY("openpgp/valid/Vendor.pgp"), NULL, NULL, 1 },
    { "openpgp, text", "openpgp/valid/unended.asc", "SHA256SUMS.asc", in_hash_header, { { 0 } },
      KEY("openpgp/valid/Vendor.pgp"), NULL, NULL, 1 },
    { "openpgp, a message", "openpgp/valid/message.gpg", "message.gpg", in_openpgp_message, { { 0 } },
      KEY("openpgp/valid/Vendor.pgp"), NULL, NULL, 1 },
    { "cms", "property/agent.bin", NULL, NULL, { CMS("property/agent.bin.p7s", "agent.bin.p7s") },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "cms, armored", "property/agent.bin", NULL, NULL, { { ASSAY_ROLE_SIGNATURE, "property/armored.p7s", "agent.bin.p7s", in_armored_head, LINE_FREE } },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "cms, no attributes", "property/agent.bin", NULL, NULL, { CMS("property/noattr.p7s", "agent.bin.p7s") },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "cms, attached", "property/agent.p7m", "agent.p7m", in_cms_head, { { 0 } },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "cms, attached, armored", "property/armored.p7m", "agent.p7m", in_armored_head, { { 0 } },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "cms, attached, streamed", "property/streamed.p7m", "agent.p7m", in_streamed_head, { { 0 } },
      { { ASSAY_TRUST_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "git, a commit", "git_object/commit-ssh.object", "commit", NULL, { { 0 } }, KEY("git_object/ssh.pub"), NULL, NULL, 1 },
    { "git, a tag", "git_object/tag-ssh.object", "tag", NULL, { { 0 } }, KEY("git_object/ssh.pub"), NULL, NULL, 1 },
    AUTHENTICODE("agent64.exe", in_pe_frame),
    AUTHENTICODE("agent.cab", in_cab_frame),
    AUTHENTICODE("agent.msi", in_msi_frame),
    AUTHENTICODE("small.msix", in_appx_frame),
    { "authenticode, agent.ps1", "authenticode/agent.ps1", "agent.ps1", in_script_head, { { 0 } },
      { { ASSAY_TRUST_ANCHOR, "authenticode/root.crt" } }, NULL, NULL, 1, IN_MEMORY, false, true, CR_LF_FREE },
    AUTHENTICODE("agent.cat", in_token_head),
    { "authenticode, a catalogue", "authenticode/unsigned.exe", "agent.exe", in_checksum,
      { { ASSAY_ROLE_CATALOG, "authenticode/agent.cat", "agent.cat", in_token_head, 0 } },
      { { ASSAY_TRUST_ANCHOR, "authenticode/root.crt" } }, NULL, NULL, 1, IN_MEMORY, false, true },
    { "timestamp, response", "property/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_TIMESTAMP, "property/agent.bin.tsr", "agent.bin.tsr", in_response_head, 0 } },
      { { ASSAY_TRUST_TSA_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "timestamp, token", "property/agent.bin", NULL, NULL,
      { { ASSAY_ROLE_TIMESTAMP, "property/agent.bin.tst", "agent.bin.tst", in_token_head, 0 } },
      { { ASSAY_TRUST_TSA_ANCHOR, "property/root.crt" } }, NULL, NULL, 1 },
    { "debsigs", "deb/valid/signed.deb", "agent.deb", in_deb_framing, { { 0 } }, KEY("deb/vendor.gpg"), NULL, NULL, 1 },
    { "apt", "deb/repo/pool/main/agent_1.0-1_amd64.deb", "agent_1.0-1_amd64.deb", NULL,
      { { ASSAY_ROLE_INDEX, "deb/repo/dists/stable/main/binary-amd64/Packages", "Packages", NULL, 0 },
        { ASSAY_ROLE_RELEASE, "deb/repo/dists/stable/Release", "Release", NULL, 0 },
        { ASSAY_ROLE_SIGNATURE, "deb/repo/dists/stable/Release.gpg", "Release.gpg", in_packet_tail, 0 } },
      KEY("deb/vendor.gpg"), "suite", "stable", 1 },
    { "rpm", "rpm/valid/vendor.rpm", "agent.rpm", in_rpm_head, { { 0 } }, KEY("rpm/valid/vendor.pgp"), NULL, NULL, 1,
      IN_MEMORY, true },
    { "rpm, version 6", "rpm/valid/six.rpm", "agent.rpm", in_rpm_head, { { 0 } }, KEY("rpm/valid/vendor.pgp"), NULL, NULL, 1,
      IN_MEMORY, true },
    { "jar", "jar/valid/signed.jar", "agent.jar", in_jar_framing, { { 0 } }, { { ASSAY_TRUST_ANCHOR, "jar/root.crt" } }, NULL, NULL, 1, IN_MEMORY,
      false, true },
    { "android, v2", "android/valid/v2.apk", "agent.apk", NULL, { { 0 } }, KEY("android/vendor.crt"), NULL, NULL, 1, IN_MEMORY,
      true, true },
    { "android, verity", "android/valid/verity_only.apk", "agent.apk", NULL, { { 0 } }, KEY("android/vendor.crt"), NULL, NULL, 1,
      IN_MEMORY, true, true },
    { "apk v2", "apk/good.apk", "agent.apk", in_apk_head, { { 0 } }, KEY("apk/vendor.rsa.pub"), NULL, NULL, 1 },
    { "apk v3", "apk/v3.apk", "agent.apk", NULL, { { 0 } }, KEY("apk/vendor.rsa.pub"), NULL, NULL, 1 },
    { "apk v3, ECDSA", "apk/v3-ec.apk", "agent.apk", NULL, { { 0 } }, KEY("apk/ec.pub"), NULL, NULL, 1 },
    { "apk index", "apk/unsigned.apk", "agent.apk", NULL,
      { { ASSAY_ROLE_INDEX, "apk/APKINDEX.tar.gz", "APKINDEX.tar.gz", in_apk_head, 0 } }, KEY("apk/vendor.rsa.pub"),
      NULL, NULL, 1 },
    { "two signers", "property/agent.bin", NULL, NULL,
      { ARMORED("property/agent.bin.sshsig", "agent.bin.sshsig"), SIGNATURE("property/ec.sig", "agent.bin.sig") },
      { { ASSAY_TRUST_KEY, "property/ssh.pub" }, { ASSAY_TRUST_KEY, "property/ec.pub" } }, "threshold", "2", 2 },
    TREE("SHA256SUMS"),
    TREE("agent.bin.sha512"),
    TREE("release.hashdeep"),
    TREE("release.mtree"),
    ARCHIVE("agent.tar"),
    ARCHIVE("pax.tar"),
    ARCHIVE("agent.tar.gz"),
    ARCHIVE("agent.tar.bz2"),
    ARCHIVE("agent.tar.xz"),
    ARCHIVE("agent.tar.zst"),
    ARCHIVE("stored.zip"),
    ARCHIVE("deflated.zip"),
    ARCHIVE("info.zip"),
    { "swupdate", "swupdate/valid/small.swu", "agent.swu", in_swupdate_framing, { { 0 } },
      { { ASSAY_TRUST_ANCHOR, "swupdate/valid/root.crt" } }, NULL, NULL, 1, IN_MEMORY, true },
};
#pragma GCC diagnostic pop
enum { UPDATES = sizeof updates / sizeof *updates };

/* An update in memory; evidence_n is how many documents it has. */
struct loaded {
    const struct update *is;
    struct blob artifact, evidence[CASE_EVIDENCE], trust[CASE_TRUST];
    size_t evidence_n, trust_n;
    char dir[64]; /* IN_TREE: where the files are */
};

static inline struct blob load(const char *file)
{
    struct blob out = { malloc(1 << 16), 0 };
    char path[1024];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", ASSAY_TESTDATA, file);
    f = fopen(path, "rb");
    if (f == NULL || out.data == NULL) {
        (void)fprintf(stderr, "cannot read %s\n", path);
        abort();
    }
    out.len = fread(out.data, 1, 1 << 16, f);
    (void)fclose(f);
    return out;
}

static inline struct loaded load_update(const struct update *update)
{
    struct loaded out = { .is = update, .artifact = load(update->file) };

    while (out.evidence_n < CASE_EVIDENCE && update->evidence[out.evidence_n].file != NULL) {
        out.evidence[out.evidence_n] = load(update->evidence[out.evidence_n].file);
        out.evidence_n++;
    }
    while (out.trust_n < CASE_TRUST && update->trust[out.trust_n].file != NULL) {
        out.trust[out.trust_n] = load(update->trust[out.trust_n].file);
        out.trust_n++;
    }
    if (update->shape == IN_TREE) {
        (void)strcpy(out.dir, "/tmp/assay-update-XXXXXX");
        if (mkdtemp(out.dir) == NULL)
            abort();
    }
    return out;
}

static inline const char *name_of_artifact(const struct loaded *update)
{
    return update->is->artifact == NULL ? "agent.bin" : update->is->artifact;
}

/* With NULL the file is only taken away.  No memory is allocated here. */
static inline void put_file(const struct loaded *update, const char *name, const struct blob *blob)
{
    char path[256];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", update->dir, name);
    (void)unlink(path);
    if (blob == NULL)
        return;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || write(fd, blob->data, blob->len) != (ssize_t)blob->len || close(fd) != 0)
        abort();
}

static inline void clear_tree(const struct loaded *update)
{
    put_file(update, name_of_artifact(update), NULL);
    for (size_t i = 0; i < CASE_EVIDENCE && update->is->evidence[i].file != NULL; i++)
        put_file(update, update->is->evidence[i].name, NULL);
}

static inline void unload_update(struct loaded *update)
{
    if (update->is->shape == IN_TREE) {
        clear_tree(update);
        (void)rmdir(update->dir);
    }
    free(update->artifact.data);
    for (size_t i = 0; i < update->evidence_n; i++)
        free(update->evidence[i].data);
    for (size_t i = 0; i < update->trust_n; i++)
        free(update->trust[i].data);
}

/* 2030-01-01: inside the certificates' time and after every stamp. */
#define CASE_TIME 1893456000

/* The config of an update; NULL when something failed. */
static inline assay_config *config_of(const struct loaded *update, bool trusting)
{
    assay_config *config = assay_config_new();
    bool good = config != NULL;

    if (good)
        assay_config_time(config, CASE_TIME);
    if (good)
        assay_config_threads(config, 1);
    for (size_t i = 0; good && trusting && i < update->trust_n; i++)
        good = assay_ok(assay_config_trust_memory(config, update->is->trust[i].kind, update->is->trust[i].file,
                                                  update->trust[i].data, update->trust[i].len, NULL));
    if (good && update->is->setting != NULL)
        good = assay_ok(assay_config_set(config, update->is->setting, update->is->value, NULL));
    if (good && update->is->more_setting != NULL)
        good = assay_ok(assay_config_set(config, update->is->more_setting, update->is->more_value, NULL));
    if (good)
        return config;
    assay_config_free(config);
    return NULL;
}

static inline assay_engine *engine_of(const struct loaded *update, bool trusting)
{
    assay_config *config = config_of(update, trusting);
    assay_engine *engine = NULL;

    if (config != NULL && !assay_ok(assay_engine_new(config, &engine, NULL)))
        engine = NULL;
    assay_config_free(config);
    return engine;
}

/* The files are made in that order too. */
static inline assay_subject *subject_of_tree(const struct loaded *update, const size_t *order)
{
    clear_tree(update);
    for (size_t i = 0; i < update->evidence_n; i++) {
        size_t k = order == NULL ? i : order[i];

        put_file(update, update->is->evidence[k].name, &update->evidence[k]);
    }
    put_file(update, name_of_artifact(update), &update->artifact);
    return assay_subject_new_path(update->dir);
}

static inline assay_subject *subject_of_bytes(const struct loaded *update, const size_t *order)
{
    assay_subject *subject =
        assay_subject_new_memory(update->artifact.data, update->artifact.len, name_of_artifact(update));
    bool good = subject != NULL;

    for (size_t i = 0; good && i < update->evidence_n; i++) {
        size_t k = order == NULL ? i : order[i];
        const struct evidence *evidence = &update->is->evidence[k];

        good = assay_ok(assay_subject_add_memory(subject, evidence->role, evidence->name, update->evidence[k].data,
                                                 update->evidence[k].len));
        if (good && evidence->role == ASSAY_ROLE_INDEX)
            good = assay_ok(assay_subject_index_path(subject, CASE_INDEX_PATH));
    }
    if (good && update->is->shape == BY_MEMBERS)
        assay_subject_by_members(subject, true);
    if (good)
        return subject;
    assay_subject_free(subject);
    return NULL;
}

/* The subject with its evidence in the order that `order` gives (NULL: as it is listed); NULL when something failed. */
static inline assay_subject *subject_of(const struct loaded *update, const size_t *order)
{
    return update->is->shape == IN_TREE ? subject_of_tree(update, order) : subject_of_bytes(update, order);
}

#endif
