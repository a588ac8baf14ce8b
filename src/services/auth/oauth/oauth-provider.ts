/** What a provider says of somebody. */
export interface OAuthProfile {
  /** Name of the provider. */
  provider: string;
  /** Stable id of the person at the provider. */
  identifier: string;
  name: string | null;
  email: string | null;
  /** Whether the provider vouches for the address. */
  verified: boolean;
}

/** Addresses of a provider. */
export interface ProviderAddresses {
  authorization: string;
  token: string;
  userinfo: string;
}

/** A provider that is configured. */
export interface OAuthProvider {
  name: string;
  clientId: string;
  clientSecret: string;
  scope: string;
  /** Fixed, or told by the issuer. */
  addresses: ProviderAddresses | { issuer: string };
  /** Whether the token goes into the query as well, and which fields are asked for there. */
  userinfoQuery?: Record<string, string>;
  /** Where the addresses of a person are listed, each with whether it is verified, if the profile does not tell. */
  emails?: string;
  /** Whether the word of this provider on an address counts. */
  vouches: boolean;
}
