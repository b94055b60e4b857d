/** Ids of ours in the keys and headers of Kafka records, which may hold anything. */

/** `pay_` or `evt_` and a ULID. */
const ID_LENGTH = 30
const ID = /^(?:pay|evt)_[0-9A-Z]{26}$/

/** The id that these bytes are; undefined when they are none. */
export const idIn = (bytes: Buffer | null | undefined): string | undefined =>
  bytes?.length === ID_LENGTH ? ID.exec(bytes.toString('latin1'))?.[0] : undefined
