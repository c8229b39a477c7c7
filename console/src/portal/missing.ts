/** Whether a list is neither here nor on its way: it was refused, or this device is offline. */
export function isMissing({ data, status, fetchStatus }: { data: unknown; status: string; fetchStatus: string }): boolean {
  return data === undefined && (status === 'error' || fetchStatus === 'paused')
}
