// @ts-nocheck: its imports are there only once they are installed
// Hashes of passwords by @noble/hashes.
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** In base64. @param {string} text */
export const hashPassword = (text) => btoa(String.fromCharCode(...sha256(utf8ToBytes(text))));

/** @param {string} text */
export const doubleSha1Hash = (text) => bytesToHex(sha1(sha1(utf8ToBytes(text))));
