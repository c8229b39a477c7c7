import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers()
})
afterEach(() => { vi.useRealTimers() })

describe('what is loaded later', () => {
  it('waits until the page stands, and is loaded then by itself, once', async () => {
    const { later, loadWhatWaits } = await import('../../src/app/later')
    const load = vi.fn(() => Promise.resolve('panel'))
    later(load)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(load).not.toHaveBeenCalled()
    loadWhatWaits()
    loadWhatWaits()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('is loaded at once where it is needed', async () => {
    const { later } = await import('../../src/app/later')
    await expect(later(() => Promise.resolve('panel'))()).resolves.toBe('panel')
  })

  it('comes when there is a line again, and throws nothing until then', async () => {
    const { later } = await import('../../src/app/later')
    const load = vi.fn(() => Promise.resolve('panel')).mockRejectedValueOnce(new Error('no line')).mockRejectedValueOnce(new Error('no line'))
    const loaded = later(load)()
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(loaded).resolves.toBe('panel')
    expect(load).toHaveBeenCalledTimes(3)
  })
})
