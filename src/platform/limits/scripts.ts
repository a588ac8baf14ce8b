import { SLOTS } from './window.js';

// What window.ts does, within Redis: a window is one text, {moment, count, moment, count, …} in MessagePack, that goes
// away by itself. The time is that of the server, so that instances need not agree on theirs.

const COMMON = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function load(key, ms)
  local text = redis.call('GET', key)
  local kept, used = {}, 0
  if text then
    local all = cmsgpack.unpack(text)
    for i = 1, #all, 2 do
      if all[i] > now - ms then
        kept[#kept + 1] = all[i]
        kept[#kept + 1] = all[i + 1]
        used = used + all[i + 1]
      end
    end
    -- The clock of the server was set back: what was counted after now counts from now on.
    local n = #kept
    if n > 0 and kept[n - 1] > now then
      for i = 1, n, 2 do if kept[i] > now then kept[i] = now end end
    end
  end
  return kept, used
end

local function save(key, window, ms)
  if #window == 0 then redis.call('DEL', key)
  else redis.call('SET', key, cmsgpack.pack(window), 'PX', ms) end
end

local function add(window, count, ms)
  local n = #window
  local slot = ms / ${SLOTS}
  if n > 0 and (n / 2 >= count or
      (count > ${SLOTS} and math.floor(window[n - 1] / slot) == math.floor(now / slot))) then
    window[n - 1] = now
    window[n] = window[n] + 1
  else
    window[n + 1] = now
    window[n + 2] = 1
  end
end

local function reset(window, ms)
  if #window == 0 then return 0 end
  return window[1] + ms - now
end
`;

/**
 * KEYS: a window for each charge, then that of violations if they are counted. ARGV: how many charges; for each its
 * count, its milliseconds and whether to take (1) or to look (0); count and milliseconds of the violations.
 * Answers {refused charge or 0, banned, now, used, reset, used, reset, …}.
 */
export const DECIDE = `${COMMON}
local n = tonumber(ARGV[1])
local windows, used, refused, longest = {}, {}, 0, -1
for i = 1, n do
  local count, ms = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  windows[i], used[i] = load(KEYS[i], ms)
  if used[i] >= count then
    local wait = reset(windows[i], ms)
    if wait > longest then refused, longest = i, wait end
  end
end
local banned = 0
if refused == 0 then
  for i = 1, n do
    if ARGV[i * 3 + 1] == '1' then
      local count, ms = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
      add(windows[i], count, ms)
      used[i] = used[i] + 1
      save(KEYS[i], windows[i], ms)
    end
  end
elseif KEYS[n + 1] then
  local count, ms = tonumber(ARGV[n * 3 + 2]), tonumber(ARGV[n * 3 + 3])
  local violations, total = load(KEYS[n + 1], ms)
  if total + 1 >= count then
    banned = 1
    redis.call('DEL', KEYS[n + 1])
  else
    add(violations, count, ms)
    save(KEYS[n + 1], violations, ms)
  end
end
local answer = { refused, banned, now }
for i = 1, n do
  answer[#answer + 1] = used[i]
  answer[#answer + 1] = reset(windows[i], tonumber(ARGV[i * 3]))
end
return answer
`;

/** KEYS: a window. ARGV: count, milliseconds. Counts one more, whether there is room or not. */
export const TAKE = `${COMMON}
local count, ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local window = load(KEYS[1], ms)
add(window, count, ms)
save(KEYS[1], window, ms)
return now
`;

/** KEYS: a window. ARGV: its milliseconds, and the moment at which was counted what is taken back. */
export const GIVE_BACK = `${COMMON}
local ms, at = tonumber(ARGV[1]), tonumber(ARGV[2])
-- What has left the window by itself must not be taken out of what came later.
if at <= now - ms then return now end
local window = load(KEYS[1], ms)
for i = 1, #window, 2 do
  if window[i] >= at then
    window[i + 1] = window[i + 1] - 1
    if window[i + 1] == 0 then
      table.remove(window, i + 1)
      table.remove(window, i)
    end
    save(KEYS[1], window, ms)
    break
  end
end
return now
`;
