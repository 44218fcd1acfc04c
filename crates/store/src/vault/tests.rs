//! National vectors, and what must not open.

use super::*;
use aes_gcm::aead::AeadInOut;
use sm3::Digest;
use sm4::cipher::BlockCipherEncrypt;

fn hex(text: &str) -> Vec<u8> {
    crate::hex::decode(text).unwrap()
}

fn vault() -> Vault {
    Vault::from_text(&format!(
        "index={} sign={} field.1={}",
        "11".repeat(32),
        "22".repeat(32),
        "33".repeat(16)
    ))
    .unwrap()
}

/// TV-S1: GB/T 32905 example 1.
#[test]
fn sm3_vector() {
    let digest = Sm3::digest(b"abc");
    assert_eq!(
        crate::hex::encode(&digest),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
}

/// TV-S2: GB/T 32907 example 1 (a block vector; data is never sealed in ECB).
#[test]
fn sm4_block_vector() {
    let key = hex("0123456789abcdeffedcba9876543210");
    let mut block: Array<u8, _> = key.as_slice().try_into().unwrap();
    sm4::Sm4::new_from_slice(&key)
        .unwrap()
        .encrypt_block(&mut block);
    assert_eq!(
        crate::hex::encode(&block),
        "681edf34d206965e86b3e94f536e4246"
    );
}

/// RFC 8998 appendix A.1: SM4-GCM.
#[test]
fn sm4_gcm_vector() {
    let cipher = Sm4Gcm::new_from_slice(&hex("0123456789abcdeffedcba9876543210")).unwrap();
    let nonce: [u8; 12] = hex("00001234567800000000abcd").try_into().unwrap();
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let mut text = hex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    );
    let tag = cipher
        .encrypt_inout_detached(&Array(nonce), &aad, text.as_mut_slice().into())
        .unwrap();
    assert_eq!(
        crate::hex::encode(&text),
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    );
    assert_eq!(crate::hex::encode(&tag), "83de3541e4c2b58177e065a9bf7b62ec");
}

#[test]
fn a_sealed_field_opens_only_in_its_place() {
    let vault = vault();
    let sealed = vault.seal("member.id_sealed", "row-1", "33011319900101001X");
    assert_eq!(
        vault.open("member.id_sealed", "row-1", &sealed).unwrap(),
        "33011319900101001X"
    );
    assert!(
        vault.open("member.id_sealed", "row-2", &sealed).is_err(),
        "another row"
    );
    assert!(
        vault.open("member.phone_sealed", "row-1", &sealed).is_err(),
        "another column"
    );
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(
            vault.open("member.id_sealed", "row-1", &altered).is_err(),
            "byte {at}"
        );
    }
    assert!(
        vault
            .open("member.id_sealed", "row-1", &sealed[..20])
            .is_err(),
        "cut short"
    );
    assert_ne!(
        sealed,
        vault.seal("member.id_sealed", "row-1", "33011319900101001X"),
        "nonces differ"
    );
}

#[test]
fn an_index_separates_kinds_and_keys() {
    let (ours, other) = (
        vault(),
        Vault::from_text(&format!(
            "index={} sign={} field.1={}",
            "12".repeat(32),
            "22".repeat(32),
            "33".repeat(16)
        ))
        .unwrap(),
    );
    let index = ours.blind_index("phone", "13800000000");
    assert_eq!(index.len(), 16);
    assert_eq!(index, ours.blind_index("phone", "13800000000"));
    assert_ne!(index, ours.blind_index("id", "13800000000"));
    assert_ne!(index, other.blind_index("phone", "13800000000"));
}

#[test]
fn a_signature_is_for_one_purpose() {
    let vault = vault();
    let signature = vault.sign("card", b"1");
    assert!(vault.verify("card", b"1", &signature));
    assert!(!vault.verify("anchor", b"1", &signature));
    assert!(!vault.verify("card", b"2", &signature));
    assert!(!vault.verify("card", b"1", &signature[..31]));
}

#[test]
fn a_new_key_is_found_by_a_running_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("district.keys");
    KeyFile::create(&path).unwrap();
    assert!(
        KeyFile::create(&path).is_err(),
        "keys are never overwritten"
    );
    let (server, command) = (
        Vault::from_file(&path).unwrap(),
        Vault::from_file(&path).unwrap(),
    );
    let old = server.seal("member.phone_sealed", "1", "甲");
    assert_eq!(KeyFile::add_field_key(&path).unwrap(), 2);
    command.reload().unwrap();
    let new = command.seal("member.phone_sealed", "1", "乙");
    assert_eq!(
        (Vault::key_of(&old), Vault::key_of(&new)),
        (Some(1), Some(2))
    );
    assert_eq!(server.open("member.phone_sealed", "1", &new).unwrap(), "乙");
    assert_eq!(
        command.open("member.phone_sealed", "1", &old).unwrap(),
        "甲"
    );
    let report = KeyFile::report(&path).unwrap();
    assert_eq!(report.field_ids, [1, 2]);
    #[cfg(unix)]
    assert!(!report.too_open, "0600 survives a rotation");
    KeyFile::drop_old_field_keys(&path).unwrap();
    command.reload().unwrap();
    assert!(command.open("member.phone_sealed", "1", &old).is_err());
}

#[test]
fn what_was_signed_before_a_renewal_still_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("district.keys");
    KeyFile::create(&path).unwrap();
    let (server, command) = (
        Vault::from_file(&path).unwrap(),
        Vault::from_file(&path).unwrap(),
    );
    let (old, mark) = (server.sign("anchor", b"1"), server.fingerprint());
    let code = server.derive("receipt", b"1");
    let sealed = server.seal("member.phone_sealed", "1", "甲");
    assert_eq!(KeyFile::add_sign_key(&path).unwrap(), 2);
    command.reload().unwrap();
    let new = command.sign("anchor", b"1");
    assert_ne!(old, new, "signed with the new key");
    assert!(command.verify("anchor", b"1", &old), "old proofs hold");
    assert!(
        server.verify("anchor", b"1", &new),
        "a running program finds the new key"
    );
    assert!(!command.verify("anchor", b"2", &old) && !command.verify("card", b"1", &old));
    assert_eq!(
        (command.fingerprint(), command.derive("receipt", b"1")),
        (mark, code),
        "backups and codes that are printed again stay"
    );
    assert_eq!(
        command.open("member.phone_sealed", "1", &sealed).unwrap(),
        "甲"
    );
    let report = KeyFile::report(&path).unwrap();
    assert_eq!((report.field_ids, report.sign_ids), (vec![1], vec![1, 2]));
    KeyFile::drop_old_field_keys(&path).unwrap();
    assert!(
        Vault::from_file(&path)
            .unwrap()
            .verify("anchor", b"1", &old)
    );
}

#[test]
fn malformed_key_files_are_refused_with_a_reason() {
    let (mac, key) = ("11".repeat(32), "33".repeat(16));
    for (text, reason) in [
        (format!("sign={mac} field.1={key}"), "缺少 index"),
        (format!("index={mac} sign={mac}"), "缺少 field.1"),
        (format!("index={mac} sign={mac} field.1=33"), "16字节"),
        (format!("index={mac} sign={mac} field.999={key}"), "不认识"),
        (
            format!("index={mac} index={mac} sign={mac} field.1={key}"),
            "重复",
        ),
        ("index".to_owned(), "十六进制"),
    ] {
        let message = Vault::from_text(&text).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
}

/// The published vector collections, when their folder is given.
#[test]
fn published_vectors() {
    let Ok(data) = std::env::var("NIANGJIA_DATA") else {
        println!("skipped: NIANGJIA_DATA (folder with vectors/sm) is not set");
        return;
    };
    let folder = Path::new(&data).join("vectors/sm");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let mut checked = 0;
    for case in cases(&read("botan_hash_sm3.vec")) {
        assert_eq!(Sm3::digest(hex(&case["In"])).to_vec(), hex(&case["Out"]));
        checked += 1;
    }
    for case in cases(&read("botan_block_sm4.vec")) {
        let cipher = sm4::Sm4::new_from_slice(&hex(&case["Key"])).unwrap();
        let out: Vec<u8> = hex(&case["In"])
            .chunks(16)
            .flat_map(|chunk| {
                let mut block: Array<u8, _> = chunk.try_into().unwrap();
                cipher.encrypt_block(&mut block);
                block.to_vec()
            })
            .collect();
        assert_eq!(out, hex(&case["Out"]));
        checked += 1;
    }
    assert!(checked > 20, "{checked} vectors");
}

/// `Name = value` lines; a case ends with its `Out`.
fn cases(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut all = Vec::new();
    let mut case = std::collections::BTreeMap::new();
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        case.insert(name.trim().to_owned(), value.trim().to_owned());
        if name.trim() == "Out" {
            all.push(std::mem::take(&mut case));
        }
    }
    all
}

#[test]
fn nothing_is_sealed_and_opened_as_anything_else() {
    let vault = vault();
    let sealed = vault.seal("member.id_sealed", "7", "");
    assert_eq!(vault.open("member.id_sealed", "7", &sealed).unwrap(), "");
}
