# Starts the server and stays until it has ended; then its folder goes too.
# Arguments: owned|kept, the server program, the cluster's folder. Runs as the server's user.
# Standard input: a pipe of the owner's. A line, or its end, is the word to stop. Standard output: the locked file.
trap '' INT HUP
exec 3<&0 </dev/null
folder=$3

"$2" -D "$folder/data" >/dev/null 3<&- &
server=$!

# In short steps, so that nothing is left waiting for long when the server has obeyed.
patience() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.5 2>/dev/null || sleep 1
        kill -0 "$server" || exit
    done
}
stop() {
    kill -INT "$server"
    patience
    kill -QUIT "$server"
    patience
    kill -KILL "$server"
}
waiting=
trap 'stop >/dev/null 2>&1 3<&- & waiting="$waiting $!"' TERM
if [ "$1" = owned ]; then
    { read -r _ <&3; stop; } >/dev/null 2>&1 &
    waiting=$!
fi

# A wait ends early when a signal has come.
wait "$server"
status=$?
while kill -0 "$server" 2>/dev/null; do
    wait "$server"
    status=$?
done
[ -n "$waiting" ] && kill $waiting 2>/dev/null
rm -rf -- "$folder"
exit "$status"
