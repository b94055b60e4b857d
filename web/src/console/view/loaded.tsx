/** One of three: what was loaded and how old it is, that it is being loaded, or that it could not be. */
import type { ReactNode } from 'react'
import { Failure } from './failure.tsx'
import { Freshness } from './freshness.tsx'
import type { Read } from './use-operator-query.ts'

interface LoadedProps<Body> {
  read: Read<Body>
  loading: string
  failed: string
  children: (body: Body) => ReactNode
}

export function Loaded<Body>({ read, loading, failed, children }: LoadedProps<Body>) {
  if (read.body !== undefined)
    return (
      <>
        <Freshness read={read} />
        {children(read.body)}
      </>
    )
  if (read.failure !== null && !read.isLoading)
    return <Failure title={failed} failure={read.failure} onAgain={read.refresh} />
  return (
    <p role="status" className="console-note">
      {loading}
    </p>
  )
}
