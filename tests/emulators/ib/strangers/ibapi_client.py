"""The official client as the index has it (9.81.1, server version 157): threads and callbacks."""

import threading
import time

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

from checks import Checks, account, ready, wait_for

LINE = ready()
check = Checks("ibapi")


class App(EWrapper, EClient):
    """Every callback is kept by name."""

    def __init__(self):
        EClient.__init__(self, self)
        self.seen = {}

    def keep(self, name, *args):
        self.seen.setdefault(name, []).append(args)

    def last(self, name):
        return self.seen.get(name, [()])[-1]

    def codes(self):
        return [args[1] for args in self.seen.get("error", [])]

    def start(self, client_id):
        self.connect(LINE["host"], LINE["port"], client_id)
        threading.Thread(target=self.run, daemon=True).start()
        return wait_for(lambda: self.seen.get("nextValidId") and self.seen.get("managedAccounts"))


KEPT = """error nextValidId managedAccounts currentTime contractDetails contractDetailsEnd tickPrice tickSize tickString
marketDataType tickReqParams historicalData historicalDataEnd realtimeBar tickByTickAllLast tickByTickBidAsk orderStatus
execDetails execDetailsEnd commissionReport position positionEnd updateAccountValue updatePortfolio accountDownloadEnd
accountSummary accountSummaryEnd pnl pnlSingle openOrderEnd completedOrder completedOrdersEnd symbolSamples marketRule
updateMktDepth headTimestamp historicalTicksLast tickSnapshotEnd""".split()

for name in KEPT:
    setattr(App, name, (lambda name: lambda self, *args: self.keep(name, *args))(name))


def open_order(self, order_id, contract, order, state):
    self.keep("openOrder", order_id, contract, order, state)


App.openOrder = open_order


def stock(symbol):
    c = Contract()
    c.symbol, c.secType, c.exchange, c.currency = symbol, "STK", "SMART", "USD"
    return c


def make(action, qty, kind="MKT", limit=0.0, **fields):
    o = Order()
    o.action, o.totalQuantity, o.orderType, o.lmtPrice = action, qty, kind, limit
    o.eTradeOnly = o.firmQuoteOnly = False
    for name, value in fields.items():
        setattr(o, name, value)
    return o


def data_checks(app, nvda):
    app.reqContractDetails(1, nvda)
    details = check.run("contract", lambda: wait_for(lambda: app.seen.get("contractDetails")))[0][1]
    check.run("sizes and hours", lambda: details.minTick == 0.01 and details.liquidHours and details.longName)
    app.reqContractDetails(2, stock("QQQQQ"))
    check.run("200", lambda: wait_for(lambda: 200 in app.codes()))
    app.reqMarketRule(26)
    check.run("market rule", lambda: wait_for(lambda: app.seen.get("marketRule")))
    app.reqMatchingSymbols(3, "PLT")
    check.run("symbols", lambda: wait_for(lambda: app.seen.get("symbolSamples")))
    app.reqMktData(4, nvda, "", False, False, [])
    check.run("ticks", lambda: wait_for(lambda: {1, 2, 4} <= {a[1] for a in app.seen.get("tickPrice", [])}))
    check.run("sizes", lambda: wait_for(lambda: {0, 3, 5} <= {a[1] for a in app.seen.get("tickSize", [])}))
    app.cancelMktData(4)
    app.reqHistoricalData(5, nvda, "", "3600 S", "1 min", "TRADES", 0, 1, False, [])
    check.run("bars", lambda: wait_for(lambda: app.seen.get("historicalDataEnd")) and len(app.seen["historicalData"]) >= 58)
    app.reqRealTimeBars(6, nvda, 5, "MIDPOINT", False, [])
    check.run("five-second bar", lambda: wait_for(lambda: app.seen.get("realtimeBar"), 12))
    app.cancelRealTimeBars(6)
    app.reqTickByTickData(7, nvda, "Last", 20, False)
    check.run("tick by tick", lambda: wait_for(lambda: app.seen.get("tickByTickAllLast") and app.seen.get("historicalTicksLast")))
    app.cancelTickByTickData(7)
    app.reqMktDepth(8, nvda, 3, False, [])
    check.run("depth", lambda: wait_for(lambda: len(app.seen.get("updateMktDepth", [])) >= 6))
    app.cancelMktDepth(8, False)
    app.reqMktData(9, nvda, "", True, False, [])
    check.run("snapshot", lambda: wait_for(lambda: app.seen.get("tickSnapshotEnd")))
    return next(a[2] for a in reversed(app.seen["tickPrice"]) if a[1] == 2)


def order_checks(app, nvda, price):
    n = app.last("nextValidId")[0]
    app.reqAccountUpdates(True, LINE["account"])
    check.run("download", lambda: wait_for(lambda: app.seen.get("accountDownloadEnd")))
    app.reqPositions()
    check.run("no positions", lambda: wait_for(lambda: app.seen.get("positionEnd")) and "position" not in app.seen)
    app.placeOrder(n, nvda, make("BUY", 10, orderRef="mine"))
    check.run("filled", lambda: wait_for(lambda: any(a[0] == n and a[1] == "Filled" for a in app.seen.get("orderStatus", []))))
    check.run("execution", lambda: app.last("execDetails")[2].shares == 10 and app.last("execDetails")[2].orderRef == "mine")
    check.run("commission", lambda: wait_for(lambda: app.last("commissionReport")[0].commission > 0))
    check.run("position", lambda: wait_for(lambda: app.last("position")[2] == 10))
    check.run("portfolio", lambda: wait_for(lambda: app.last("updatePortfolio")[1] == 10))
    app.reqPnL(20, LINE["account"], "")
    app.reqPnLSingle(21, LINE["account"], "", app.last("position")[1].conId)
    check.run("P&L", lambda: wait_for(lambda: app.seen.get("pnl") and app.seen.get("pnlSingle")))
    app.reqAccountSummary(22, "All", "NetLiquidation,TotalCashValue,BuyingPower")
    check.run("summary", lambda: wait_for(lambda: app.seen.get("accountSummaryEnd")) and len(app.seen["accountSummary"]) == 3)

    low = round(price * 0.8, 2)
    app.placeOrder(n + 1, nvda, make("BUY", 5, "LMT", low))
    check.run("limit works", lambda: wait_for(lambda: app.last("orderStatus")[:2] == (n + 1, "Submitted")))
    app.placeOrder(n + 1, nvda, make("BUY", 7, "LMT", low))
    check.run("modified", lambda: wait_for(lambda: app.last("openOrder")[2].totalQuantity == 7))
    app.placeOrder(n + 2, nvda, make("BUY", 100, "LMT", low, whatIf=True))
    check.run("what if", lambda: wait_for(lambda: float(app.last("openOrder")[3].initMarginChange) > 1))
    app.reqAllOpenOrders()
    check.run("open orders", lambda: wait_for(lambda: app.seen.get("openOrderEnd")))
    app.cancelOrder(n + 1)
    check.run("cancelled", lambda: wait_for(lambda: app.last("orderStatus")[:2] == (n + 1, "Cancelled") and 202 in app.codes()))
    app.cancelOrder(n + 1)
    check.run("again 10148", lambda: wait_for(lambda: 10148 in app.codes()))
    app.cancelOrder(n + 50)
    check.run("unknown 10147", lambda: wait_for(lambda: 10147 in app.codes()))
    app.placeOrder(n + 3, nvda, make("SELL", 10))
    check.run("closed", lambda: wait_for(lambda: app.last("position")[2] == 0))
    check.run("realized", lambda: wait_for(lambda: abs(app.last("commissionReport")[0].realizedPNL) < 1e6))
    app.placeOrder(n, nvda, make("BUY", 1))
    check.run("used id 104", lambda: wait_for(lambda: 104 in app.codes()))
    app.reqExecutions(30, ExecutionFilter())
    check.run("executions", lambda: wait_for(lambda: app.seen.get("execDetailsEnd")) and len(app.seen["execDetails"]) == 4)
    app.reqCompletedOrders(False)
    check.run("completed", lambda: wait_for(lambda: app.seen.get("completedOrdersEnd")) and len(app.seen["completedOrder"]) == 3)
    app.reqIds(-1)
    check.run("next id", lambda: wait_for(lambda: app.last("nextValidId")[0] == n + 4))


def main():
    app = App()
    check.run("connect", lambda: app.start(3))
    check.run("version", lambda: app.serverVersion() == 157)
    app.reqCurrentTime()
    check.run("time", lambda: wait_for(lambda: app.seen.get("currentTime")))
    nvda = stock("NVDA")
    price = data_checks(app, nvda)
    order_checks(app, nvda, price)
    app.disconnect()
    time.sleep(1.5)  # its reader sits in recv for up to a second, and only then the socket is closed
    second = App()
    check.run("reconnect", lambda: second.start(3))
    check.run("venue agrees", lambda: account(LINE)["positions"] == {})
    check.run("no order lost", lambda: all(o["leaves"] == "0" for o in account(LINE)["orders"]))
    second.disconnect()
    check.done()


if __name__ == "__main__":
    main()
