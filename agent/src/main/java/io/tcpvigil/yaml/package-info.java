// SPDX-License-Identifier: Apache-2.0
/**
 * A small YAML file, read into mappings, lists and scalars that know their file, line and key, so that whoever takes a value out
 * of them can say in one line what is wrong with it. The only user of snakeyaml-engine, and of that only its events: no object is
 * made from what a file says. What must not be added: what any key means.
 */
package io.tcpvigil.yaml;
