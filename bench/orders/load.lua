-- Orders for wrk: arguments are the file of ids, the run's name, the seed and the API key.
-- The file holds JSON literals, one a line: customer, location, then the products.

local products, opening, name, count = {}, nil, nil, 0

function init(args)
  local customer, location
  for line in io.lines(args[1]) do
    if not customer then customer = line
    elseif not location then location = line
    else products[#products + 1] = line end
  end
  opening = '{"customer_id":' .. customer .. ',"location_id":' .. location .. ',"lines":['
  name = args[2]
  math.randomseed(tonumber(args[3]))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. args[4]
end

local function line(product)
  return '{"product_id":' .. products[product] .. ',"quantity":' .. math.random(3) .. '}'
end

function request()
  count = count + 1
  local n = #products
  local a, b, c = math.random(n), math.random(n), math.random(n)
  while b == a do b = math.random(n) end
  while c == a or c == b do c = math.random(n) end
  wrk.headers["Idempotency-Key"] = name .. "-" .. count
  return wrk.format(nil, nil, nil, opening .. line(a) .. "," .. line(b) .. "," .. line(c) .. "]}")
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"answers":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
