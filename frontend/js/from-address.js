// A code that came behind the # of a link is put into its box, and taken out of the address, where a history keeps it.
export function fromAddress (root) {
  const box = root.querySelector('[data-from-address]')
  if (!box || location.hash.length < 2) return
  box.value ||= location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
}
