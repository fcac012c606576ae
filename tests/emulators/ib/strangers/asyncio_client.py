"""ib_async 2.1 and ib_insync 0.9.86, which share one surface: a whole day of calls. The module's name is an argument."""

import importlib
import math
import sys

from checks import Checks, account, fault, ready

LINE = ready()
NAME = sys.argv[1]
lib = importlib.import_module(NAME)
check = Checks(NAME)
WANTED = {"ib_async": 178, "ib_insync": 176}[NAME]


def connect(client_id):
    ib = lib.IB()
    ib.errors = []
    ib.errorEvent += lambda req, code, text, contract: ib.errors.append((req, code, text))
    ib.connect(LINE["host"], LINE["port"], clientId=client_id, timeout=8)
    return ib


def until(ib, condition, seconds=6):
    for _ in range(int(seconds / 0.05)):
        if condition():
            return condition()
        ib.sleep(0.05)
    return None


def session_checks(ib):
    check.run("version", lambda: ib.client.serverVersion() == WANTED)
    check.run("accounts", lambda: ib.managedAccounts() == [LINE["account"]])
    check.run("time", lambda: ib.reqCurrentTime())
    check.run("farm notices", lambda: {2104, 2106, 2158} <= {code for _, code, _ in ib.errors})
    values = {(v.tag, v.currency): v.value for v in ib.accountValues()}
    check.run("net liquidation", lambda: abs(float(values["NetLiquidation", "USD"]) - 1e6) < 1)
    check.run("cash", lambda: float(values["CashBalance", "USD"]) == 1e6)
    summary = check.run("summary", lambda: {v.tag: v.value for v in ib.accountSummary()})
    check.run("buying power", lambda: float(summary["BuyingPower"]) > 1e6 and float(summary["AvailableFunds"]) > 0)


def contract_checks(ib):
    nvda, pltr = lib.Stock("NVDA", "SMART", "USD"), lib.Stock("PLTR", "SMART", "USD")
    check.run("qualify", lambda: len(ib.qualifyContracts(nvda, pltr)) == 2 and nvda.conId)
    details = check.run("one row", lambda: ib.reqContractDetails(nvda))[0]
    check.run(
        "rules aligned",
        lambda: len(details.marketRuleIds.split(",")) == len(details.validExchanges.split(","))
        and details.longName
        and details.orderTypes
        and details.liquidHours,
    )
    check.run("hours parse", lambda: details.tradingSessions() if hasattr(details, "tradingSessions") else "no parser")
    rule = int(details.marketRuleIds.split(",")[0])
    check.run("market rule", lambda: ib.reqMarketRule(rule)[-1].increment == details.minTick)
    check.run("matching symbols", lambda: [d.contract.symbol for d in ib.reqMatchingSymbols("NVD")] == ["NVDA"])
    check.run("unknown symbol", lambda: ib.reqContractDetails(lib.Stock("QQQQQ", "SMART", "USD")) == [])
    check.run("error 200", lambda: any(code == 200 for _, code, _ in ib.errors))
    return nvda, pltr


def data_checks(ib, nvda):
    ticker = ib.reqMktData(nvda, "233")
    check.run("bid, ask, last with sizes", lambda: until(ib, lambda: ticker.bid > 0 and ticker.askSize > 0 and ticker.lastSize > 0))
    check.run("close", lambda: ticker.close > 0)
    first = (ticker.bid, ticker.ask, ticker.volume)
    check.run("it moves", lambda: until(ib, lambda: (ticker.bid, ticker.ask, ticker.volume) != first))
    ib.cancelMktData(nvda)
    bars = check.run("minute bars", lambda: ib.reqHistoricalData(nvda, "", "10800 S", "1 min", "TRADES", False, 2))
    check.run("three hours of them", lambda: len(bars) >= 175 and all(a.date < b.date for a, b in zip(bars, bars[1:])))
    check.run("daily bars", lambda: len(ib.reqHistoricalData(nvda, "", "1 M", "1 day", "MIDPOINT", True, 1)) > 15)
    check.run("head stamp", lambda: ib.reqHeadTimeStamp(nvda, "TRADES", False, 1))
    check.run("ticks of the past", lambda: len(ib.reqHistoricalTicks(nvda, "", ib.reqCurrentTime(), 50, "TRADES", False)) == 50)
    live = ib.reqHistoricalData(nvda, "", "600 S", "5 secs", "TRADES", False, 2, keepUpToDate=True)
    count = len(live)
    check.run("bars kept up to date", lambda: until(ib, lambda: len(live) > count, 12))
    ib.cancelHistoricalData(live)
    five = ib.reqRealTimeBars(nvda, 5, "TRADES", False)
    check.run("five-second bar", lambda: until(ib, lambda: len(five) >= 1, 12) and five[0].high >= five[0].low)
    ib.cancelRealTimeBars(five)
    for kind in ("AllLast", "BidAsk", "MidPoint"):
        tick = ib.reqTickByTickData(nvda, kind)
        check.run(f"tick by tick {kind}", lambda tick=tick: until(ib, lambda: tick.tickByTicks))
        ib.cancelTickByTickData(nvda, kind)
    depth = ib.reqMktDepth(nvda, 5)
    check.run("depth", lambda: until(ib, lambda: len(depth.domBids) == 5 and len(depth.domAsks) == 5))
    ib.cancelMktDepth(nvda)
    return (ticker.bid + ticker.ask) / 2


def order_checks(ib, nvda, price):
    seen = []
    ib.execDetailsEvent += lambda trade, fill: seen.append(fill.execution.execId)
    buy = ib.placeOrder(nvda, lib.MarketOrder("BUY", 10, orderRef="first"))
    check.run("market buy fills", lambda: until(ib, lambda: buy.orderStatus.status == "Filled"))
    check.run("in one piece", lambda: buy.orderStatus.filled == 10 and len(buy.fills) == 1)
    check.run("commission", lambda: until(ib, lambda: buy.fills[0].commissionReport.commission > 0))
    check.run("reference", lambda: buy.fills[0].execution.orderRef == "first")
    check.run("position", lambda: until(ib, lambda: [p.position for p in ib.positions()] == [10]))
    check.run("venue agrees", lambda: account(LINE)["positions"]["NVDA"]["qty"] == "10")
    check.run("portfolio", lambda: until(ib, lambda: [p.position for p in ib.portfolio()] == [10]))
    pnl = ib.reqPnL(LINE["account"])
    check.run("P&L", lambda: until(ib, lambda: not math.isnan(pnl.dailyPnL)))
    single = ib.reqPnLSingle(LINE["account"], "", nvda.conId)
    check.run("P&L of one", lambda: until(ib, lambda: single.position == 10))

    low = round(price * 0.8, 2)
    rest = ib.placeOrder(nvda, lib.LimitOrder("BUY", 5, low))
    check.run("limit rests", lambda: until(ib, lambda: rest.orderStatus.status == "Submitted"))
    rest.order.lmtPrice = round(low + 0.05, 2)
    rest.order.totalQuantity = 6
    ib.placeOrder(nvda, rest.order)
    check.run("modified", lambda: until(ib, lambda: any(o["limit"] == f"{rest.order.lmtPrice:g}" for o in account(LINE)["orders"])))
    ib.sleep(0.3)  # the echo of the change would count as an answer, too
    check.run("open orders", lambda: [t.order.orderId for t in ib.reqAllOpenOrders()] == [rest.order.orderId])
    ib.cancelOrder(rest.order)
    check.run("cancelled", lambda: until(ib, lambda: rest.orderStatus.status == "Cancelled"))
    check.run("202", lambda: until(ib, lambda: any(code == 202 for _, code, _ in ib.errors)))

    state = check.run("what if", lambda: ib.whatIfOrder(nvda, lib.LimitOrder("BUY", 100, low)))
    check.run("margin of what if", lambda: float(state.initMarginChange) > 0 and float(state.commission) > 0)
    big = ib.placeOrder(nvda, lib.MarketOrder("BUY", 500_000))
    check.run("margin 201", lambda: until(ib, lambda: any(code == 201 for _, code, _ in ib.errors)))
    check.run("it is dead", lambda: until(ib, lambda: big.orderStatus.status in ("Inactive", "Cancelled")))
    odd = ib.placeOrder(nvda, lib.LimitOrder("BUY", 1, round(low, 2) + 0.001))
    check.run("off the tick 110", lambda: until(ib, lambda: any(req == odd.order.orderId and code == 110 for req, code, _ in ib.errors)))

    stop = ib.placeOrder(nvda, lib.StopOrder("SELL", 10, low))
    check.run("stop waits", lambda: until(ib, lambda: stop.orderStatus.status == "PreSubmitted" and stop.orderStatus.whyHeld == "trigger"))
    ib.cancelOrder(stop.order)
    bracket = ib.bracketOrder("BUY", 4, round(price * 1.05, 2), round(price * 1.5, 2), low)
    trades = [ib.placeOrder(nvda, o) for o in bracket]
    check.run("bracket: parent fills", lambda: until(ib, lambda: trades[0].orderStatus.status == "Filled"))
    check.run("bracket: target works", lambda: until(ib, lambda: trades[1].orderStatus.status == "Submitted"))
    ib.reqGlobalCancel()
    check.run("global cancel", lambda: until(ib, lambda: all(t.isDone() for t in ib.trades() if t is not odd and t is not big)))
    sell = ib.placeOrder(nvda, lib.MarketOrder("SELL", 14))
    check.run("flat", lambda: until(ib, lambda: sell.orderStatus.status == "Filled" and ib.positions() == []))
    check.run("realized", lambda: until(ib, lambda: abs(sell.fills[-1].commissionReport.realizedPNL) > 0))
    check.run("completed", lambda: until(ib, lambda: len(ib.reqCompletedOrders(False)) >= 4))
    check.run("executions", lambda: {f.execution.execId for f in ib.reqExecutions()} >= set(seen) and len(seen) == 3)


def second_client(ib, nvda, price):
    other = connect(12)
    rest = ib.placeOrder(nvda, lib.LimitOrder("BUY", 3, round(price * 0.7, 2)))
    until(ib, lambda: rest.orderStatus.status == "Submitted")
    check.run("second client sees it when it asks", lambda: any(t.order.permId == rest.order.permId for t in other.reqAllOpenOrders()))
    foreign = lib.Order(orderId=rest.order.orderId, clientId=12)
    other.client.cancelOrder(foreign.orderId, "")
    check.run("foreign cancel 10147", lambda: until(other, lambda: any(code == 10147 for _, code, _ in other.errors)))
    twin = lib.IB()
    codes = []
    twin.errorEvent += lambda req, code, text, contract: codes.append(code)
    try:
        twin.connect(LINE["host"], LINE["port"], clientId=12, timeout=2)
    except Exception as error:  # the client decides what it raises
        codes.append(type(error).__name__)
    check.run("id in use 326", lambda: 326 in codes)
    other.disconnect()
    ib.disconnect()
    again = connect(11)
    check.run("reconnect brings the order", lambda: [t.order.permId for t in again.openTrades()] == [rest.order.permId])
    check.run("and the fills", lambda: len(again.fills()) >= 3)
    fault(LINE, "connectivity-lost", ms=300, restore=1102)
    check.run("1100 and 1102", lambda: until(again, lambda: {1100, 1102} <= {code for _, code, _ in again.errors}))
    again.reqGlobalCancel()
    again.sleep(0.3)
    again.disconnect()


def main():
    ib = check.run("connect", lambda: connect(11))
    session_checks(ib)
    nvda, _ = contract_checks(ib)
    price = data_checks(ib, nvda)
    order_checks(ib, nvda, price)
    second_client(ib, nvda, price)
    check.run("nothing unread", lambda: not [f for f in account(LINE)["orders"] if f["status"] in ("Submitted", "PreSubmitted")])
    check.done()


if __name__ == "__main__":
    main()
