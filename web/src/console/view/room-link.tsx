/** Leads to a page of another room. Where the console has no such page, it is its text and leads nowhere. */
import { Link, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface RoomLinkProps {
  /** An address below /console. */
  to: string
  children: ReactNode
}

export function RoomLink({ to, children }: RoomLinkProps) {
  const { routesByPath } = useRouter()
  // Which pages there are is known when the console is built; one that is not there yet has no type.
  return Object.hasOwn(routesByPath, to) ? <Link to={to as '/'}>{children}</Link> : <span>{children}</span>
}
