// The QuickFIX side of a conversation: the session of a settings file, commands on stdin, what happens on stdout, one line each.
//
//   peer acceptor|initiator SETTINGS
//   commands: send FROM TO   orders with these ClOrdIDs, also without a connection
//             logout         QuickFIX logs out
//             numbers        says "numbers SENDER TARGET", the next of both
//   a closed stdin ends it.
//   events:   ready, logon, logout, got CLORDID

#include <quickfix/FileStore.h>
#include <quickfix/NullStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

namespace {

const int MSG_TYPE = 35, CL_ORD_ID = 11;

void say(const std::string& line) {
    static std::mutex mutex;
    std::lock_guard<std::mutex> guard(mutex);
    std::cout << line << std::endl;
}

class Peer : public FIX::NullApplication {
    void onLogon(const FIX::SessionID&) override { say("logon"); }
    void onLogout(const FIX::SessionID&) override { say("logout"); }
    // The base says what it may throw; throwing nothing fits every release.
    void fromApp(const FIX::Message& message, const FIX::SessionID&) noexcept override {
        say("got " + message.getField(CL_ORD_ID));
    }
};

void send(const FIX::SessionID& session, int from, int to) {
    for (int id = from; id <= to; ++id) {
        FIX::Message order;
        order.getHeader().setField(MSG_TYPE, "D");
        order.setField(CL_ORD_ID, std::to_string(id));
        FIX::Session::sendToTarget(order, session);
    }
}

template <class Engine> int run(const std::string& file) {
    FIX::SessionSettings settings(file);
    Peer peer;
    FIX::FileStoreFactory store(settings);
    Engine engine(peer, store, settings);
    const FIX::SessionID id = *settings.getSessions().begin();
    engine.start();
    say("ready");
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "send") {
            int from = 0, to = 0;
            words >> from >> to;
            send(id, from, to);
        } else if (command == "logout") {
            FIX::Session::lookupSession(id)->logout();
        } else if (command == "numbers") {
            FIX::Session* session = FIX::Session::lookupSession(id);
            say("numbers " + std::to_string(session->getExpectedSenderNum()) + " "
                + std::to_string(session->getExpectedTargetNum()));
        }
    }
    engine.stop(true);
    return 0;
}

}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    try {
        return std::string(argv[1]) == "acceptor" ? run<FIX::SocketAcceptor>(argv[2]) : run<FIX::SocketInitiator>(argv[2]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
