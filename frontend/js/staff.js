import { enhance } from './enhance.js'
import { stickyFilter } from './sticky-filter.js'

enhance(stickyFilter)
