/** The secret of a link: it stands in the fragment, which no server is sent, and leaves the address before anything else happens. */

const LINK = /^#(opl_[\w-]{43})$/

export interface LinkAddress {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>
  history: Pick<History, 'replaceState'>
}

/**
 * The secret, or undefined when the address holds none. Whatever is in the fragment is removed, so that neither the history nor a copied
 * address has it: also one that was cut off, which is no link any more.
 */
export function takeLink({ location, history }: LinkAddress): string | undefined {
  const { hash, pathname, search } = location
  if (!hash.startsWith('#opl_')) return undefined
  history.replaceState(null, '', pathname + search)
  // What is no link is sent nowhere; the API would refuse it as a link that does not work.
  return LINK.exec(hash)?.[1] ?? ''
}
