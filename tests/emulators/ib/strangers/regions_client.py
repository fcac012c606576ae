"""ib_async 2.1 in Tokyo and London: contracts by their recipes, hours with a lunch break, prices in pence, a pair's rate."""

import ib_async

from checks import Checks, account, ready

LINE = ready()
check = Checks("ib_async in Tokyo and London")


def until(ib, condition, seconds=8):
    for _ in range(int(seconds / 0.05)):
        if condition():
            return condition()
        ib.sleep(0.05)
    return None


def on_grid(rule, price):
    """The price, down to a whole step of the market rule."""
    step = [row.increment for row in rule if row.lowEdge <= price][-1]
    return round(int(round(price / step, 6)) * step, 6)


def trade(ib, contract, size, cash):
    name = contract.symbol
    details = check.run(f"{name}: one row", lambda: ib.reqContractDetails(contract))[0]
    ib.qualifyContracts(contract)
    ids = dict(zip(details.validExchanges.split(","), details.marketRuleIds.split(",")))
    rule = check.run(f"{name}: market rule", lambda: ib.reqMarketRule(int(ids["SMART"])))
    ticker = ib.reqMktData(contract, "233")
    check.run(f"{name}: quote", lambda: until(ib, lambda: ticker.bid > 0 and ticker.ask > 0 and ticker.last > 0))
    bars = ib.reqHistoricalData(contract, "", "3600 S", "1 min", "TRADES", False, 2)
    check.run(f"{name}: bars in the same prices", lambda: len(bars) > 50 and abs(bars[-1].close / ticker.bid - 1) < 0.1)
    buy = ib.placeOrder(contract, ib_async.MarketOrder("BUY", size))
    check.run(f"{name}: fills", lambda: until(ib, lambda: buy.orderStatus.status == "Filled"))
    check.run(f"{name}: as quoted", lambda: abs(buy.orderStatus.avgFillPrice / ticker.ask - 1) < 0.05)
    held = check.run(f"{name}: position", lambda: until(ib, lambda: [p for p in ib.positions() if p.contract.symbol == name]))[0]
    money = buy.orderStatus.avgFillPrice / details.priceMagnifier
    check.run(f"{name}: cost in money", lambda: held.position == size and abs(held.avgCost / money - 1) < 0.05)
    check.run(f"{name}: cash", lambda: float(account(LINE)["cash"][contract.currency]) < cash)
    low = on_grid(rule, ticker.bid * 0.9)
    rest = ib.placeOrder(contract, ib_async.LimitOrder("BUY", size, low))
    check.run(f"{name}: rests on the step", lambda: until(ib, lambda: rest.orderStatus.status == "Submitted"))
    rest.order.lmtPrice = on_grid(rule, low * 0.98)
    ib.placeOrder(contract, rest.order)
    check.run(f"{name}: modified", lambda: until(ib, lambda: any(float(o["limit"]) == rest.order.lmtPrice for o in account(LINE)["orders"])))
    ib.cancelOrder(rest.order)
    check.run(f"{name}: cancelled", lambda: until(ib, lambda: rest.orderStatus.status == "Cancelled"))
    errors = []
    ib.errorEvent += lambda req, code, text, c: errors.append((req, code))
    step = [row.increment for row in rule if row.lowEdge <= low][-1]
    odd = ib.placeOrder(contract, ib_async.LimitOrder("BUY", size, round(low + step / 2, 6)))
    check.run(f"{name}: off the step 110", lambda: until(ib, lambda: (odd.order.orderId, 110) in errors))
    return details


def main():
    ib = ib_async.IB()
    ib.connect(LINE["host"], LINE["port"], clientId=21, timeout=8)
    tokyo = trade(ib, ib_async.Stock("7203", "SMART", "JPY", primaryExchange="TSEJ"), 100, 20_000_000)
    check.run("Tokyo: hundreds of shares", lambda: tokyo.sizeIncrement == 100 and tokyo.priceMagnifier == 1)
    london = trade(ib, ib_async.Stock("VOD", "SMART", "GBP", primaryExchange="LSE"), 10, 100_000)
    check.run("London: pence", lambda: london.priceMagnifier == 100)
    values = {(v.tag, v.currency): float(v.value) for v in ib.accountValues() if v.tag == "CashBalance"}
    check.run("cash by currency", lambda: {"JPY", "GBP", "USD", "BASE"} <= {c for _, c in values})
    pair = ib_async.Forex("GBPUSD")
    check.run("pair", lambda: ib.qualifyContracts(pair) and pair.localSymbol == "GBP.USD")
    rate = ib.reqMktData(pair)
    check.run("rate", lambda: until(ib, lambda: 0 < rate.bid <= rate.ask))
    ib.disconnect()
    check.done()


if __name__ == "__main__":
    main()
