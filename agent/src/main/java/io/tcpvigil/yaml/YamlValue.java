// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

/** What a file says at one place. */
public sealed interface YamlValue permits YamlMapping, YamlList, YamlScalar {
    Place place();
}
